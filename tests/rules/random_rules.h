// RandomRules: rulesets and events from a seed, over few fields and values, so that many match.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <random>
#include <string>
#include <vector>

namespace tt::rules {

class RandomRules {
 public:
  explicit RandomRules(unsigned seed) : engine_(seed) {}
  std::size_t below(std::size_t n) { return engine_() % n; }
  bool one_in(std::size_t n) { return below(n) == 0; }

  /// A configuration with five exits (a hundred for many rules), definitions that rules use, and
  /// `count` rules at the top.
  std::string yaml(std::size_t count) {
    exit_count_ = count > 64 ? 100 : 5;
    std::string text = "exits: {";
    for (std::size_t i = 0; i < exit_count_; ++i) text += "e" + std::to_string(i) + ": , ";
    text += "}\nlet:\n";
    definitions_.clear();
    for (int i = 0; i < 4; ++i) {
      const std::string name = "d" + std::to_string(i);
      text += "  " + name + ": '" + when() + "'\n";
      definitions_.push_back(name);
    }
    text += "rules:\n";
    append_rules(text, 0, count);
    return text;
  }

  std::string event() {
    std::string json = R"({"message":"m")";
    for (const char* name : {"kind", "host", "service", "x", "g.y"}) {
      if (one_in(4)) continue;
      const bool is_x = name[0] == 'x';
      const bool is_free = is_x || name[0] == 'g';
      // Of a well-known field a number's text counts; a name may be escaped as well.
      json += ",\"" + std::string(is_x && one_in(6) ? "\\u0078" : name) + "\":";
      json += is_free && one_in(3) ? pick({"1", "null", "true", "[1]", "2.5", "{}", R"(["a","b"])"})
              : name[0] == 'h' && one_in(5)
                  ? pick({"1", "-0.0", "12e3", "null", "true"})
                  : pick({R"("a")", R"("b")", R"("ab")", R"("ba")", R"("")", R"("\u0041")",
                          R"("a\"b")", R"("aab")"});
    }
    if (!one_in(4)) {
      json +=
          ",\"n\":" + pick({"0", "1", "2", "3", "-7.5", "\"1\"", "null", "9223372036854775807"});
    }
    if (!one_in(3))
      json += ",\"tags\":" + pick({R"(["a","ab"])", R"(["\u0041",1])", "[]", "\"a\""});
    if (!one_in(3)) json += ",\"severity\":\"" + pick({"info", "error", "critical"}) + "\"";
    return json + "}";
  }
  std::string entry() { return pick({"a", "b", "ab"}); }

 private:
  std::string pick(const std::vector<std::string>& from) { return from[below(from.size())]; }
  std::string literal() {
    return "\"" + pick({"a", "b", "ab", "ba", "", "\\u0041", "a\\\"b", "aa"}) + "\"";
  }
  std::string field() {
    return pick(
        {"event.kind", "event.host", "event.service", "event.x", "event.g.y", "meta.entry"});
  }

  /// A condition that the index knows.
  std::string indexed() {
    const std::string f = field();
    switch (below(6)) {
      case 0:
        return literal() + " == " + f;
      case 1:
        return f + " in [" + literal() + ", " + literal() + "]";
      case 2:
        return f + ".startsWith(" + literal() + ")";
      case 3:
        return "(" + f + " == " + literal() + " || " + f + " == " + literal() + ")";
      case 4:
        return "(" + f + ".startsWith(" + literal() + ") && event.n > 0 || " + f +
               " == " + literal() + ")";
      default:
        return f + " == " + literal();
    }
  }
  /// One that it does not know, or that fails for some events.
  std::string other() {
    const std::string f = field();
    switch (below(16)) {
      case 0:
        return f + " != " + literal();
      case 1:
        return "!(" + f + " == " + literal() + ")";
      case 2:
        return "size(" + f + ") > 1";
      case 3:
        return f + ".matches(" + pick({"\"^a\"", "\"b$\"", "\"a.?b\""}) + ")";
      case 4:
        return "has(event.x)";
      case 5:
        return "event.n " + pick({"> 1", "== 2", "% 2 == 1", "+ 1 < 3"});  // May overflow.
      case 6:
        return f + ".endsWith(" + literal() + ")";
      case 7:
        return "(" + f + " == " + literal() + " ? " + indexed() + " : event.n > 1)";
      case 8:
        return "10 / event.n == 5";
      case 9:
        return "int(event.x) % 2 == 1";
      case 10:
        return literal() + " in event.tags";
      case 11:
        return "event.tags.exists(t, t == " + literal() + ")";
      case 12:
        return "(has(event.x) ? event.x == " + literal() + " : " + indexed() + ")";
      case 13:
        return "event[\"x\"] == " + literal();
      case 14:
        return R"(event.severity.atLeast("error"))";
      default:
        return "event.?x.orValue(\"a\") == " + literal();
    }
  }
  std::string test(int depth = 0) {
    if (depth < 2 && one_in(8)) {
      return pick({"(", "!("}) + test(depth + 1) + pick({" && ", " || "}) + test(depth + 1) + ")";
    }
    if (!definitions_.empty() && one_in(5)) return (one_in(4) ? "!" : "") + pick(definitions_);
    return one_in(3) ? other() : indexed();
  }
  std::string when() {
    std::string text = test();
    while (one_in(2)) text += (one_in(4) ? " || " : " && ") + test();
    return text;
  }
  void append_rules(std::string& yaml, int depth, std::size_t count) {
    const std::string indent(static_cast<std::size_t>(depth) * 4 + 2, ' ');
    for (std::size_t i = 0; i < count; ++i) {
      yaml += indent + "- final: " + (one_in(6) ? "true" : "false") + "\n";
      if (!one_in(8)) yaml += indent + "  when: '" + when() + "'\n";
      if (!one_in(4)) {
        yaml += indent + "  to: [e" + std::to_string(below(exit_count_));
        while (one_in(2)) yaml += ", e" + std::to_string(below(exit_count_));
        yaml += "]\n";
      }
      if (depth < 3 && one_in(3)) {
        yaml += indent + "  rules:\n";
        append_rules(yaml, depth + 1, 1 + below(3));
      }
    }
  }

  std::mt19937 engine_;
  std::size_t exit_count_ = 5;
  std::vector<std::string> definitions_;
};

}  // namespace tt::rules
