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

  /// A configuration with five exits, definitions that rules use, and `count` rules at the top.
  std::string yaml(std::size_t count) {
    std::string text = "exits: {e0: , e1: , e2: , e3: , e4: }\nlet:\n";
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
      const bool is_free = name[0] == 'x' || name[0] == 'g';
      json += ",\"" + std::string(name) + "\":";
      json += is_free && one_in(3) ? pick({"1", "null", "true", "[1]", "2.5", "{}"})
                                   : pick({R"("a")", R"("b")", R"("ab")", R"("ba")", R"("")",
                                           R"("\u0041")", R"("a\"b")", R"("aab")"});
    }
    if (!one_in(4)) json += ",\"n\":" + pick({"0", "1", "2", "3", "\"1\"", "null"});
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
    switch (below(9)) {
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
        return "event.n " + pick({"> 1", "== 2", "% 2 == 1", "+ 1 < 3"});
      case 6:
        return f + ".endsWith(" + literal() + ")";
      case 7:
        return "(" + f + " == " + literal() + " ? " + indexed() + " : event.n > 1)";
      default:
        return "event.?x.orValue(\"a\") == " + literal();
    }
  }
  std::string test() {
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
      if (!one_in(4)) yaml += indent + "  to: [e" + std::to_string(below(5)) + "]\n";
      if (depth < 3 && one_in(3)) {
        yaml += indent + "  rules:\n";
        append_rules(yaml, depth + 1, 1 + below(3));
      }
    }
  }

  std::mt19937 engine_;
  std::vector<std::string> definitions_;
};

}  // namespace tt::rules
