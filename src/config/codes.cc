// The table of all diagnostics: what each means and what to write instead.
// SPDX-License-Identifier: Apache-2.0
#include "config/codes.h"

#include <string>

namespace tt::config {
namespace {

constexpr CodeRow kRows[] = {
    // ---- The file and its YAML ----
    {"file-unreadable", "A configuration file cannot be read",
     "The file does not exist, the daemon may not read it, or a folder holds no `*.yaml` file.",
     ""},
    {"file-too-large", "A configuration file is larger than 4 MiB",
     "Split it: `-c` may be given several times and may name a folder.", ""},
    {"not-utf8", "The file is not UTF-8 text",
     "Configuration files are UTF-8 without control characters.", ""},
    {"yaml-syntax", "The file is not YAML",
     "None of the usual traps explains it; look at the line and the one above it.", ""},
    {"yaml-depth", "Nested too deep", "A value lies more than 64 levels deep.", ""},
    {"yaml-aliases", "Aliases stand for too much",
     "Aliases count as what they stand for: 200,000 values and 16 MiB of text in one file at most. "
     "An alias inside of what it names never ends.",
     "x-a: &a [*a]"},
    {"yaml-documents", "A second document in one file",
     "One file is one document. Use two files, or remove the `---`.", "rules: []\n---\nrules: []"},
    {"yaml-key", "A name of a map is a list or a map", "Names are text.", "[a, b]: c"},
    {"yaml-merge", "`<<` does not name a map", "`<<` merges a map or a list of maps.",
     "<<: *defaults"},
    {"duplicate-key", "A name stands twice in one map",
     "YAML readers silently keep one of the two; which one differs.",
     "exits:\n  chat: {type: slack}\n  chat: {type: discord}"},
    {"duplicate-name", "A name stands in two files or twice in a ruleset",
     "Entries, exits, `let` names and rule names are unique over all files. The entry `self` is "
     "built in.",
     ""},
    // ---- YAML traps ----
    {"yaml-tag", "`!` at the start of a value is a YAML tag",
     "YAML takes the word after `!` for a tag and drops it, so the rule would mean something else.",
     "when: !has(event.host)    # wrong\nwhen: '!has(event.host)'"},
    {"yaml-anchor", "`&` at the start of a value is a YAML anchor",
     "YAML drops the word after `&`. CEL and templates carry no anchors.",
     "when: &x == 3    # wrong\nwhen: 'x == 3'"},
    {"yaml-alias", "`*` at the start of a value is a YAML alias",
     "CEL and templates take no aliases. Put shared CEL expressions under `let`.",
     "when: *paging    # wrong\nwhen: paging"},
    {"yaml-comment", "` #` ends a value",
     "A blank and `#` start a comment, also inside what looks like quotes in the middle of a "
     "value.",
     "when: event.message == \"build #12\"    # wrong\nwhen: 'event.message == \"build #12\"'"},
    {"yaml-null-comment", "A value that starts with `#` is a comment",
     "Nothing is left of the value.", "room: #ops    # wrong\nroom: '#ops'"},
    {"yaml-hole", "`{{` at the start of a value is a YAML map",
     "Quote values that start with a hole.",
     "message: {{ event.project }}    # wrong\nmessage: '{{ event.project }}'"},
    {"yaml-colon", "`: ` inside a value starts a map",
     "Quote values that hold a colon and a blank.",
     "message: pipeline failed: see log    # wrong\nmessage: 'pipeline failed: see log'"},
    {"yaml-reserved", "A value starts with a character that YAML keeps for itself",
     "`@`, a backtick, `%`, `|`, `>`, `-` and `?` have meanings of their own at the start.",
     "message: @here    # wrong\nmessage: '@here'"},
    {"yaml-tab", "A tab indents a line", "YAML is indented with spaces only.", ""},
    {"yaml-quote", "Quotes do not enclose the whole value",
     "A value that starts with a quote ends at the next one. Escapes in double quotes must be ones "
     "that YAML knows; regular expressions belong in single quotes.",
     "when: 'a' == event.kind    # wrong\nwhen: '\"a\" == event.kind'"},
    {"yaml-flow", "Brackets or commas cut a value inside `{...}`",
     "Inside brackets a value without quotes ends at `,` `[` `]` `{` `}`.",
     "- {when: event.kind in [\"a\", \"b\"], to: x}    # wrong\n"
     "- {when: 'event.kind in [\"a\", \"b\"]', to: x}"},
    {"yaml-bool-word", "A word that YAML readers take for a boolean",
     "`yes no on off` are text by YAML 1.2 and booleans by YAML 1.1. Booleans are `true` and "
     "`false`; quote the words where text is meant.",
     "country: no    # doubtful\ncountry: 'no'"},
    {"yaml-number-text", "A number where text is meant",
     "It is kept as written here, but other YAML readers make `1.1` of `1.10`.",
     "version: 1.10    # doubtful\nversion: '1.10'"},
    {"yaml-octal", "A number with a leading zero",
     "`010` is 8 for some YAML readers and 10 for others.", "in_flight: 010    # wrong"},
    {"yaml-indent", "The indentation fits no line above",
     "Options of one map start in the same column.", "listen: 127.0.0.1:8420\n  data: ./data"},
    // ---- Options ----
    {"unknown-key", "An option that does not exist here",
     "The nearest known name is suggested. Top-level names that begin with `x-` are free.",
     "exits:\n  chat: {type: slack, chanel: ops}"},
    {"missing-key", "A required option is missing", "The reference says which ones are required.",
     ""},
    {"wrong-type", "A value of the wrong kind", "For instance a map where text is expected.", ""},
    {"bad-value", "A value that the option does not take", "The text says what it takes.",
     "timeout: 30    # wrong: no unit\ntimeout: 30s"},
    {"out-of-range", "A number that is too small or too large", "The text names the limit.", ""},
    {"conflict", "Options that exclude or need each other", "The text says which.", ""},
    {"deprecated", "An option with a successor", "It still works; write the new one.", ""},
    {"missing-env", "A variable without a value",
     "`{env: NAME}` names a variable that is not set and gives no default.",
     "listen: {env: LISTEN, default: '127.0.0.1:8420'}"},
    // ---- Secrets ----
    {"literal-secret", "A secret stands in the configuration itself",
     "It works, but whoever reads the file has it.",
     "token: abc123    # doubtful\ntoken: {env: GITLAB_TOKEN}"},
    {"missing-secret", "A secret has no text",
     "The variable is not set or the file cannot be read. A warning, because the file may be "
     "checked "
     "elsewhere than where it runs; an error with `--secrets`.",
     "token: {env: GITLAB_TOKEN}"},
    // ---- CEL and templates ----
    {"cel-syntax", "The CEL expression does not parse", "The caret shows where.",
     "when: 'event.kind = \"x\"'    # wrong\nwhen: 'event.kind == \"x\"'"},
    {"cel-unknown", "A name, function or field of CEL that does not exist",
     "The nearest known one is suggested. Fields are written with their record, `event.kind`; "
     "functions of other languages are answered with the one that CEL has.",
     "when: 'kind == \"x\"'    # wrong\nwhen: 'event.kind == \"x\"'"},
    {"cel-type", "The CEL expression does not type-check",
     "A function or operator does not fit its operands; the text says which types were found and "
     "which fit.",
     "when: 'event.kind == 3'    # wrong\nwhen: 'event.kind == \"3\"'"},
    {"cel-argument", "A constant argument of a function that cannot work, or hardly as meant",
     "Regular expressions, time zones, windows, patterns and severities that stand in the "
     "configuration are tried while it is checked.",
     "when: 'event.message.matches(\"(\")'    # wrong: a group that is not closed"},
    {"cel-limit", "A CEL expression beyond a limit",
     "Expressions have at most 16 KiB, 10,000 parts, 256 levels and 64 nested variables; a "
     "name of `let` counts as what it stands for. Split the rule.",
     ""},
    {"cel-not-bool", "The expression of a `when` gives no boolean", "A `when` asks yes or no.",
     "when: 'event.kind'    # wrong\nwhen: 'event.kind != \"\"'"},
    {"cel-absent", "A field that may be absent meets `!=` or `!`",
     "A missing field is an error, and an error means no match. Ask for it first.",
     "when: 'event.branch != \"main\"'    # doubtful\n"
     "when: '!has(event.branch) || event.branch != \"main\"'"},
    {"cel-severity-order", "Severities are no numbers",
     "Words are compared by rank with `atLeast`.",
     "when: 'event.severity > \"error\"'    # wrong\nwhen: 'event.severity.atLeast(\"error\")'"},
    {"let-cycle", "A `let` is defined by itself",
     "Definitions may use each other, not in a circle.", "let: {a: 'b', b: 'a'}"},
    {"template-syntax", "A hole that is not closed or empty", "Holes are `{{ CEL }}`.",
     "message: 'broken: {{ event.message }'"},
    {"template-not-allowed", "An option that takes no holes",
     "The reference marks the options that are templates.", ""},
    {"url-hole", "A hole in the scheme, host or port of a URL",
     "An event must not choose the host. Use several exits, or holes in path and query.",
     "url: 'https://{{ event.host }}/hook'    # wrong"},
    // ---- The whole ----
    {"unknown-type", "There is no such portal", "`vortex docs` lists the portals.",
     "entries:\n  hook: {type: gitlap}"},
    {"plugin-refused", "A plugin cannot be loaded, or refuses its configuration",
     "The text says why: another hash than `sha256` says, a file that others may change, no plugin "
     "or one of another major version, a table or a schema with mistakes, or what the plugin "
     "itself "
     "says of its options. `vortex plugin check FILE` tells more.",
     ""},
    {"plugin-option", "An option of a plugin does not fit its schema",
     "Plugins describe their options by a JSON Schema; `vortex plugin list -c` shows them.", ""},
    {"unknown-exit", "A rule names an exit that does not exist", "Exits are defined under `exits`.",
     "to: team-chta"},
    {"unknown-entry", "A name of an entry that does not exist",
     "`meta.entry` is compared with a name that no entry has.", "when: 'meta.entry == \"gitlap\"'"},
    {"unknown-field", "A field that no event has",
     "No entry that is configured brings it, no `set` adds it, and it is none of the fields that "
     "every event may have. [Events that portals produce](../events.md) lists what portals fill; "
     "the sender's own fields stand under `raw.`. An `http`, `lines` or `hook` entry may bring any "
     "field: then only what is plainly a slip is named.",
     "when: 'event.sevrity == \"error\"'    # doubtful\nwhen: 'event.severity == \"error\"'"},
    {"unknown-kind", "A kind of event that no entry produces",
     "`event.kind` is compared with a kind that no event has. [Events that portals "
     "produce](../events.md) lists the kinds.",
     "when: 'event.kind == \"urn:gitlab:pipline:failed\"'    # doubtful\n"
     "when: 'event.kind == \"urn:gitlab:pipeline:failed\"'"},
    {"rule-always-matches", "A condition that is always true",
     "It excludes nothing. `!=` of two values joined by `||` is the usual slip: one of the two "
     "always holds.",
     "when: 'event.kind != \"a\" || event.kind != \"b\"'    # doubtful\n"
     "when: '!(event.kind in [\"a\", \"b\"])'"},
    {"rule-never-matches", "A rule that can never match",
     "Its condition is always false, or contradicts itself or that of a rule around it.",
     "when: 'event.kind == \"a\" && event.kind == \"b\"'    # doubtful\n"
     "when: 'event.kind in [\"a\", \"b\"]'"},
    {"rule-shadowed", "A rule behind one that ends the list",
     "An earlier `final` rule takes all that this one would match, or an earlier rule already "
     "sends "
     "every event to that exit and so decides `set` and `unset`.",
     "- {name: all, final: true}\n- {name: never reached, to: chat}"},
    {"rule-useless", "A rule without effect",
     "It names no exit, has no rules below it and does not end the list.", "- {name: idle}"},
    {"severity-word", "A severity that no portal writes",
     "Entry portals normalise to debug, info, notice, warning, error, critical, alert, emergency; "
     "only clients of the events API may send other words.",
     "when: 'event.severity == \"crit\"'"},
    {"exit-unfed", "An exit that no rule feeds", "No rule names it.", ""},
    {"resolved-hidden", "An exit with a life cycle never sees `resolved`",
     "A condition lets only firing alerts through, so what was opened is never closed.",
     "when: 'event.alert_state == \"firing\"'"},
    {"path-claimed", "Two entries claim one path", "Each HTTP entry has a path of its own.", ""},
    {"path-reserved", "An entry claims a path of the HTTP API",
     "Beside the API an entry may have any path but `/healthz`, `/readyz`, `/metrics`, "
     "`/openapi.json`, `/api`, `/api/v1` and what is below it; `/api/v1/events` and what is below "
     "that are free for entries.",
     "entries:\n  deploys: {type: hook, path: /api/v1/reload}    # wrong"},
    {"address-claimed", "Two listeners claim one address",
     "`listen` and every stream entry have addresses of their own.", ""},
    {"file-claimed", "Two exits write one file",
     "They would overwrite each other's lines. Each exit has a file of its own; several rules may "
     "name one exit.",
     "exits:\n  a: {type: file, path: ./all.ndjson}\n  b: {type: file, path: all.ndjson}    # "
     "wrong"},
    {"auth-required", "An entry or the API is open to the network without `auth`",
     "Off loopback `auth` must be said; `auth: none` is a decision too.", "listen: 0.0.0.0:8420"},
    {"order-conflict", "`order` and another option exclude each other",
     "`in_flight` needs `order: none`.", ""},
    {"no-effect", "An option that this version reads but does not act on yet",
     "Nothing breaks; do not rely on it.", ""},
    {"was-conflict", "`was` names an exit that exists or is taken over twice",
     "`was` carries the cursor of an exit that is gone over to one new exit.",
     "exits:\n  old: {type: stdout}\n  new: {type: stdout, was: old}    # wrong: old is still "
     "there"},
    {"needs-restart", "A reload cannot change this",
     "Listeners, certificates and the data folder are opened once. Everything else of the new "
     "configuration is in force.",
     ""},
    {"listen-failed", "An address cannot be listened on",
     "Another program has it, or the daemon may not open it. `ss -ltnp` shows who listens.", ""},
};

}  // namespace

std::span<const CodeRow> code_rows() { return kRows; }

const CodeRow* code_row(std::string_view name) {
  for (const CodeRow& row : kRows)
    if (row.name == name) return &row;
  return nullptr;
}

std::string errors_page() {
  std::string out =
      "<!-- Generated from the table of codes in src/config/codes.cc. Do not edit. -->\n\n"
      "# Diagnostics of the configuration\n\n"
      "`vortex check` prints the code of every diagnostic in brackets.\n";
  for (const CodeRow& row : kRows) {
    out += "\n## " + std::string(row.name) + "\n\n" + std::string(row.title) + ".\n";
    if (!row.text.empty()) out += "\n" + std::string(row.text) + "\n";
    if (!row.example.empty()) out += "\n```yaml\n" + std::string(row.example) + "\n```\n";
  }
  return out;
}

}  // namespace tt::config
