/** Scripts that let a shell ask `quorate complete` what can stand at the end of a command line. */

/** Shells with a script. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell with a script. */
export type Shell = (typeof SHELLS)[number];

// Each asks for the words up to the cursor; a value and its description are one line with a tab
// between. When there is nothing to offer, files are.

const BASH = `# quorate completion for bash; load it with: source <(quorate completion bash)
_quorate() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <(quorate complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 ]]; then COMPREPLY[0]=$(printf '%q' "\${COMPREPLY[0]}"); fi
}
complete -o default -F _quorate quorate
`;

const ZSH = `#compdef quorate
# quorate completion for zsh; load it with: source <(quorate completion zsh)
_quorate() {
  local line value
  local -a offered
  while IFS= read -r line; do
    value=\${line%%$'\\t'*}
    offered+=("\${value//:/\\\\:}:\${line#*$'\\t'}")
  done < <(quorate complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#offered} )); then
    _describe -V quorate offered
  else
    _files
  fi
}
if [[ "\${funcstack[1]}" == "_quorate" ]]; then
  _quorate "$@"
else
  compdef _quorate quorate
fi
`;

const FISH = `# quorate completion for fish; load it with: quorate completion fish | source
function __quorate_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l offered (quorate complete -- $words[2..-1] "$current" 2>/dev/null)
    if test (count $offered) -gt 0
        printf '%s\\n' $offered
    else
        __fish_complete_path "$current"
    end
end
complete -c quorate -f -a '(__quorate_complete)'
`;

/** The script of a shell. */
export const SCRIPTS: Record<Shell, string> = { bash: BASH, zsh: ZSH, fish: FISH };
