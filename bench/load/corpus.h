// The messages of a load: rendered once, only sequence numbers and times are overwritten in place.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tt::bench {

// Nanoseconds of CLOCK_MONOTONIC, and of CLOCK_REALTIME, which other processes compare.
std::uint64_t monotonic_ns();
std::uint64_t realtime_ns();

// One request or one chunk of lines, as it goes over the wire.
struct Message {
  std::string bytes;
  std::vector<std::uint32_t> seq_at;      // Where the ten digits of each event's `seq` stand.
  std::vector<std::uint32_t> sent_ns_at;  // Where its nineteen digits of `sent_ns` stand, if any.
  std::uint32_t slot = 0;
};

enum class Framing { object, array, lines };

struct Shape {
  Framing framing = Framing::object;
  std::size_t batch = 1;  // Events of one message.
  std::string path;       // Of a POST; empty: no HTTP, the bare lines.
  std::string type = "application/json";
};

// Message number n has the events n * batch and following of the corpus, which begins again at its
// end, and they get these numbers as their `seq`: a number tells the event that has it.
class Messages {
 public:
  // Ends the process with a sentence when the file cannot be read or has no `seq`.
  Messages(const std::string& corpus_path, const Shape& shape);

  // Stamped with its numbers and the time. The caller gives it back when it is written; meanwhile
  // nobody else gets the same bytes.
  Message* take(std::uint64_t number);
  void give_back(Message* message) { slots_[message->slot].free.push_back(message); }

  std::size_t batch() const { return shape_.batch; }

 private:
  struct Slot {
    std::vector<std::unique_ptr<Message>> all;
    std::vector<Message*> free;
  };

  Message render(std::size_t first) const;
  void append_event(Message& message, std::size_t index) const;

  Shape shape_;
  std::vector<std::string> events_;
  std::vector<Slot> slots_;
};

}  // namespace tt::bench
