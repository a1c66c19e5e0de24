// Writes the results of test runs.
// SPDX-License-Identifier: Apache-2.0
#include "rehearse/report.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/colour.h"
#include "base/text.h"
#include "portals/kit/json.h"
#include "template/template.h"

namespace tt::rehearse {
namespace {

constexpr std::string_view kBelowTest = "        ";

class Text {
 public:
  explicit Text(bool is_coloured) : is_coloured_(is_coloured) {}

  void line(std::string_view indent, std::string_view colour, std::string_view text) {
    out_ += indent;
    if (is_coloured_) out_ += colour;
    out_ += printable(text);
    if (is_coloured_ && !colour.empty()) out_ += colour::kEnd;
    out_ += '\n';
  }
  void word(std::string_view indent, std::string_view colour, std::string_view word) {
    out_ += indent;
    if (is_coloured_) out_ += colour;
    out_ += word;
    if (is_coloured_) out_ += colour::kEnd;
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
  bool is_coloured_;
};

std::string place_of(const Difference& one) {
  return one.mark.known() ? "  (line " + std::to_string(one.mark.line) + ")" : "";
}

void append_failure(Text& text, const TestResult& test, std::string_view indent) {
  const std::string below = std::string(indent) + "  ";
  std::string_view path;
  for (const Difference& one : test.differences) {
    if (one.path != path) text.line(indent, "", one.path + place_of(one));
    path = one.path;
    if (!one.expected.empty()) text.line(below, colour::kRed, "- " + one.expected);
    if (!one.found.empty()) text.line(below, colour::kGreen, "+ " + one.found);
    if (one.expected.empty() && one.found.empty()) text.line(below, colour::kRed, "- \"\"");
    if (!one.note.empty()) text.line(below, colour::kDim, "  " + one.note);
  }
  if (test.why.empty()) return;
  text.line(indent, "", "why");
  std::string_view rest = test.why;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    text.line(below, colour::kDim, rest.substr(0, end));
    rest.remove_prefix(std::min(end, rest.size() - 1) + 1);
  }
}

/// XML 1.0 has no place for most control characters, not even as references.
std::string xml(std::string_view text) {
  std::string out;
  tmpl::append_escaped(out, printable(text, "\n\t"), tmpl::Escape::kHtml);
  return out;
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

/// The first difference on one line: build servers show it without a click.
std::string headline(const TestResult& test) {
  const Difference& first = test.differences.front();
  std::string out = first.path + ":";
  if (!first.expected.empty() || first.found.empty())
    out += " expected " + (first.expected.empty() ? "\"\"" : first.expected);
  if (!first.found.empty()) out += (out.ends_with(':') ? " found " : ", found ") + first.found;
  const std::size_t more = test.differences.size() - 1;
  return more == 0 ? out : out + " (and " + std::to_string(more) + " more)";
}

void append_case(std::string& out, const SuiteResult& suite, const TestResult& test) {
  out += "    <testcase name=\"" + xml(test.name) + "\" classname=\"" + xml(suite.path) +
         "\" file=\"" + xml(suite.path) + "\" line=\"" + std::to_string(test.mark.line) + "\"";
  if (test.passed()) {
    out += "/>\n";
    return;
  }
  Text text(false);
  append_failure(text, test, "");
  out += ">\n      <failure message=\"" + xml(headline(test)) + "\">" + xml(text.take()) +
         "</failure>\n    </testcase>\n";
}

std::string counts(std::size_t tests, std::size_t failed, std::size_t errors) {
  return "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failed) +
         "\" errors=\"" + std::to_string(errors) + "\"";
}

void append_test_json(portals::JsonWriter& json, const TestResult& test) {
  json.map().key("name").text(test.name).key("line").number(test.mark.line);
  json.key("passed").boolean(test.passed()).key("differences").list();
  for (const Difference& one : test.differences) {
    json.map().key("path").text(one.path).key("expected").text(one.expected);
    json.key("found").text(one.found);
    json.some("note", one.note);
    if (one.mark.known()) json.key("line").number(one.mark.line);
    json.end();
  }
  json.end().some("why", test.why).end();
}

}  // namespace

Totals totals_of(std::span<const SuiteResult> suites) {
  Totals totals;
  for (const SuiteResult& suite : suites) {
    totals.refused_files += suite.problem.empty() ? 0 : 1;
    totals.tests += suite.tests.size();
    for (const TestResult& test : suite.tests) totals.failed += test.passed() ? 0 : 1;
  }
  return totals;
}

std::string text_report(const SuiteResult& suite, bool is_coloured) {
  Text text(is_coloured);
  text.line("", "", suite.path);
  for (const TestResult& test : suite.tests) {
    if (test.passed()) {
      text.word("  ", colour::kGreen, "ok  ");
    } else {
      text.word("  ", colour::kBoldRed, "FAIL");
    }
    text.line("  ", "", test.name);
    append_failure(text, test, kBelowTest);
  }
  return text.take() + suite.warnings + suite.problem;
}

std::string summary(const Totals& totals) {
  std::string out = std::to_string(totals.tests) + (totals.tests == 1 ? " test, " : " tests, ") +
                    std::to_string(totals.tests - totals.failed) + " passed, " +
                    std::to_string(totals.failed) + " failed";
  if (totals.refused_files > 0)
    out += ", " + std::to_string(totals.refused_files) +
           (totals.refused_files == 1 ? " file refused" : " files refused");
  return out;
}

std::string junit_report(std::span<const SuiteResult> suites) {
  const Totals all = totals_of(suites);
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"vortex test\" " +
      counts(all.tests + all.refused_files, all.failed, all.refused_files) + ">\n";
  for (const SuiteResult& suite : suites) {
    const Totals own = totals_of({&suite, 1});
    out += "  <testsuite name=\"" + xml(suite.path) + "\" " +
           counts(own.tests + own.refused_files, own.failed, own.refused_files) + ">\n";
    if (!suite.problem.empty())
      out += "    <testcase name=\"the file can be used\" classname=\"" + xml(suite.path) +
             "\">\n      <error message=\"" + xml(first_line(suite.problem)) + "\">" +
             xml(suite.problem) + "</error>\n    </testcase>\n";
    for (const TestResult& test : suite.tests) append_case(out, suite, test);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

std::string json_report(std::span<const SuiteResult> suites) {
  const Totals all = totals_of(suites);
  portals::JsonWriter json;
  json.map().key("files").list();
  for (const SuiteResult& suite : suites) {
    json.map().key("file").text(suite.path).some("problem", suite.problem);
    json.some("warnings", suite.warnings).key("tests").list();
    for (const TestResult& test : suite.tests) append_test_json(json, test);
    json.end().end();
  }
  json.end().key("tests").number(static_cast<std::int64_t>(all.tests));
  json.key("failed").number(static_cast<std::int64_t>(all.failed));
  json.key("refused_files").number(static_cast<std::int64_t>(all.refused_files)).end();
  return json.take();
}

}  // namespace tt::rehearse
