// What a person has to know of test files, around the tables.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/reference.h"

#include "config/schema.h"
#include "rehearse/test_config.h"

namespace tt::rehearse {
namespace {

constexpr std::string_view kIntroduction = R"(# Rule tests

`vortex test FILE...` tries rules on events, offline: no daemon, no secret, no clock but the one
that a test gives. `tictoc show ID --as-test` prints a test of an event that really came. The
[examples](../../examples) have tests; [rules.md](../rules.md) teaches with them.

```yaml
config: vortex.yaml
tests:
  - name: a failed pipeline pages the team at night
    received: 2026-01-31T23:12:00Z
    event: {message: web failed, kind: 'urn:gitlab:pipeline:failed', severity: critical}
    expect:
      exits: [team-chat, archive]
      not: {releases: 'event.kind == "urn:gitlab:tag_push"'}
      requests: {team-chat: {body: {text: {contains: web}}}}
```

Exit code 0: all tests passed; 1: a test failed, or a file or its configuration was refused. Below a
failed test stands what differs, `-` expected and `+` found, and the rules concerned with the values
that they saw. `--junit FILE` writes a report for build servers, `--json` one for programs.
)";

constexpr std::string_view kValues = R"(
## Expected values

| written | holds for |
|---|---|
| a text, number, `true`, `false`, `null` | the same value of the same type; numbers by value |
| `{contains: TEXT}` | a text with this part; a list with this item |
| `{matches: REGEX}` | a text in which this is found (RE2) |
| `{absent: true}` | nothing is there; `{absent: false}`: anything is |
| a map | a map with at least these members, each as expected |
| a list | a list of as many items, each as expected |

Fields of events have dotted names: `raw.user.name: ada` is the same as `raw: {user: {name: ada}}`.
)";

template <class Config>
std::string table(std::string_view title, std::string_view words) {
  return "\n## " + std::string(title) + "\n\n" + std::string(words) + "\n\n" +
         config::doc_table(config::fields_of<Config>());
}

}  // namespace

std::string tests_page() {
  return std::string(kIntroduction) + table<TestFile>("The file", "Unknown keys are errors.") +
         table<TestConfig>("Each test", "Either `event` or `hook`, and what should come of it.") +
         table<ExpectConfig>("`expect`",
                             "At least one of these; what is not named is not compared.") +
         table<RequestConfig>("`requests`", "What one exit would be sent.") + std::string(kValues);
}

std::string json_schema() {
  const auto& fields = config::fields_of<TestFile>();
  return R"({"$schema":"https://json-schema.org/draft/2020-12/schema","title":"time-tunnel rule )"
         R"(tests","allOf":[)" +
         config::schema_file(fields) + R"(],"$defs":)" + config::schema_definitions(fields) + "}";
}

}  // namespace tt::rehearse
