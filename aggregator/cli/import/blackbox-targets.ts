/** Targets of a scrape config: named in it, or in files beside it. */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { messageOf } from "../../../shared/errors.ts";
import { LIMITS } from "../../../shared/limits.ts";
import { isValues, mapTexts, scalarText } from "./fields.ts";
import type { Fields, Tell } from "./fields.ts";
import { parseYamlFile, readImportFile } from "./read.ts";
import type { Labels } from "./relabel.ts";

/** Where files are looked for, and who is told of what is not there. */
export interface DiscoverDeps {
  folder: string;
  tell: Tell;
}

/** Labels of every target that a scrape config names, `__address__` among them. */
export function discovered(job: Fields, { folder, tell }: DiscoverDeps): Labels[] {
  const groups = [...job.list("static_configs")];
  for (const config of job.list("file_sd_configs")) {
    const files = isValues(config) && Array.isArray(config["files"]) ? config["files"] : [];
    for (const pattern of files)
      groups.push(...groupsIn(scalarText(pattern) ?? "", { folder, tell }));
  }
  for (const name of job.names().filter((one) => one.endsWith("_sd_configs"))) {
    job.leave(name, "only static_configs and file_sd_configs are read");
  }
  const found = groups.flatMap((group) => labelsOf(group, tell));
  if (found.length <= LIMITS.configItemsMax) return found;
  tell("targets", `only the first ${LIMITS.configItemsMax} are read`);
  return found.slice(0, LIMITS.configItemsMax);
}

function labelsOf(group: unknown, tell: Tell): Labels[] {
  if (!isValues(group) || !Array.isArray(group["targets"])) {
    tell("static_configs", "expected a list of maps with targets");
    return [];
  }
  const { targets, labels } = group;
  const said = Object.entries(isValues(labels) ? labels : {}).map(([name, value]) => {
    return [name, scalarText(value) ?? ""] as const;
  });
  return targets.flatMap((target) => {
    const address = scalarText(target);
    if (address !== undefined) return { ...Object.fromEntries(said), __address__: address };
    tell("targets", "expected a text");
    return [];
  });
}

/** The groups of files whose names match; `*` stands for any part of a name. */
function groupsIn(pattern: string, { folder, tell }: DiscoverDeps): unknown[] {
  const whole = resolve(folder, pattern);
  const escaped = basename(whole)
    .split("*")
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const name = new RegExp(`^${escaped.join("[^/]*")}$`);
  try {
    const files = readdirSync(dirname(whole))
      .filter((file) => name.test(file))
      .sort();
    if (files.length === 0) tell("file_sd_configs", `no file matches ${pattern}`);
    return files.slice(0, LIMITS.configFilesMax).flatMap((file) => {
      const path = resolve(dirname(whole), file);
      const groups = mapTexts(parseYamlFile(path, readImportFile(path)), (text) => text);
      if (!Array.isArray(groups)) tell("file_sd_configs", `${file}: expected a list`);
      return isList(groups) ? groups : [];
    });
  } catch (error) {
    tell("file_sd_configs", `${pattern}: ${messageOf(error)}`);
    return [];
  }
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
