// Compares an output with what was acknowledged: each event that matches is in it, once.
// SPDX-License-Identifier: Apache-2.0
//
// usage: check MATCHES SENT UNACKNOWLEDGED OUTPUT...
// MATCHES has a character for each event of the corpus, `1` where the output gets it. An event's
// number (`seq`) modulo its length tells which one it is. UNACKNOWLEDGED is what loadgen writes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace {

enum Mark : unsigned char { expected = 1, unacknowledged = 2, found = 4 };

struct Counts {
  std::uint64_t expected = 0;  // Acknowledged and matching.
  std::uint64_t lines = 0;
  std::uint64_t lost = 0;  // Expected and not found.
  std::uint64_t doubled = 0;
  std::uint64_t misrouted = 0;  // Of no match, or never sent.
  std::uint64_t malformed = 0;  // No whole object, or without a number.
  std::uint64_t bonus = 0;      // Found although no answer said so: the answer was lost, or late.
};

std::string read_all(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<unsigned char> expect(const std::string& matches, std::uint64_t sent,
                                  const char* unacknowledged_path) {
  std::vector<unsigned char> marks(sent);
  for (std::uint64_t seq = 0; seq < sent; ++seq) {
    if (matches[seq % matches.size()] == '1') marks[seq] = Mark::expected;
  }
  std::ifstream ranges(unacknowledged_path);
  for (std::uint64_t first = 0, count = 0; ranges >> first >> count;) {
    for (std::uint64_t seq = first; seq < first + count && seq < sent; ++seq) {
      marks[seq] |= Mark::unacknowledged;
    }
  }
  return marks;
}

void count_line(std::string_view line, std::vector<unsigned char>& marks, Counts& counts) {
  ++counts.lines;
  constexpr std::string_view kName = "\"seq\":";
  // It is the last field of an event, or nearly: a search from the end is short.
  std::size_t at = line.rfind(kName);
  if (at == std::string_view::npos || line.front() != '{' || line.back() != '}') {
    ++counts.malformed;
    return;
  }
  at += kName.size();
  while (at < line.size() && (line[at] == ' ' || line[at] == '"')) ++at;
  std::uint64_t seq = 0;
  for (; at < line.size() && line[at] >= '0' && line[at] <= '9'; ++at) {
    seq = seq * 10 + static_cast<std::uint64_t>(line[at] - '0');
  }
  if (seq >= marks.size() || (marks[seq] & Mark::expected) == 0) {
    ++counts.misrouted;
  } else if ((marks[seq] & Mark::found) != 0) {
    ++counts.doubled;
  } else {
    marks[seq] |= Mark::found;
  }
}

void count_file(const char* path, std::vector<unsigned char>& marks, Counts& counts) {
  std::FILE* file = std::fopen(path, "rb");
  if (file == nullptr) return;
  char* line = nullptr;
  std::size_t capacity = 0;
  for (ssize_t size = 0; (size = getline(&line, &capacity, file)) > 0;) {
    std::string_view text(line, static_cast<std::size_t>(size));
    if (text.back() == '\n') text.remove_suffix(1);
    if (!text.empty()) count_line(text, marks, counts);
  }
  std::free(line);
  std::fclose(file);
}

void count_marks(const std::vector<unsigned char>& marks, Counts& counts) {
  for (const unsigned char mark : marks) {
    if ((mark & Mark::expected) == 0) continue;
    const bool is_found = (mark & Mark::found) != 0;
    if ((mark & Mark::unacknowledged) != 0) {
      counts.bonus += is_found ? 1 : 0;
      continue;
    }
    ++counts.expected;
    counts.lost += is_found ? 0 : 1;
  }
}

}  // namespace

int main(int count, char** values) {
  const std::string matches = count >= 4 ? read_all(values[1]) : "";
  if (matches.empty()) {
    std::fputs("usage: check MATCHES SENT UNACKNOWLEDGED OUTPUT...\n", stderr);
    return 2;
  }
  auto marks = expect(matches, std::strtoull(values[2], nullptr, 10), values[3]);
  Counts counts;
  for (int i = 4; i < count; ++i) count_file(values[i], marks, counts);
  count_marks(marks, counts);
  const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
  std::printf(
      "{\"expected\":%llu,\"lines\":%llu,\"lost\":%llu,\"doubled\":%llu,\"misrouted\":%llu,"
      "\"malformed\":%llu,\"bonus\":%llu}\n",
      number(counts.expected), number(counts.lines), number(counts.lost), number(counts.doubled),
      number(counts.misrouted), number(counts.malformed), number(counts.bonus));
}
