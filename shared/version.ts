/** The version of Quorate, in one place for the user agent, the handshake, the API and the CLI. */

/** Version of the package; a test holds it equal to package.json. */
export const VERSION = "0.1.0";
