// Log lines: a constant English message and data as key=value; text on a terminal, else JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace tt::log {

enum class Level : unsigned char { kDebug, kInfo, kWarning, kError, kOff };

/// One `key=value` of a line. Values are copied. There is no constructor from Secret, on purpose.
struct Field {
  std::string_view key;
  std::string value;
  bool is_number = false;

  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  template <class T>
    requires std::integral<T> || std::floating_point<T>
  Field(std::string_view k, T v) : key(k), value(std::to_string(v)), is_number(true) {}
};
using Fields = std::initializer_list<Field>;

/// Starts the asynchronous writer on stderr. Before it, and after stop(), lines are written at
/// once.
void start(Level level);
void set_level(Level level);
/// Writes what is queued and ends the writer.
void stop();

void debug(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void warning(std::string_view message, Fields fields = {});
void error(std::string_view message, Fields fields = {});

}  // namespace tt::log
