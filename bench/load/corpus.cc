// Reads a corpus and renders its messages.
// SPDX-License-Identifier: Apache-2.0
#include "corpus.h"

#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace tt::bench {
namespace {

constexpr std::size_t kSeqDigits = 10;
constexpr std::size_t kTimeDigits = 19;

std::uint64_t read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

void put_digits(char* to, std::size_t count, std::uint64_t value) {
  for (std::size_t i = count; i > 0; --i, value /= 10) {
    to[i - 1] = static_cast<char>('0' + value % 10);
  }
}

// Counting up in decimal is quicker than a division for each digit.
void count_up(char* digits, std::size_t count) {
  for (std::size_t i = count; i > 0; --i) {
    if (digits[i - 1]++ != '9') return;
    digits[i - 1] = '0';
  }
}

}  // namespace

std::uint64_t monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }
std::uint64_t realtime_ns() { return read_clock(CLOCK_REALTIME); }

Messages::Messages(const std::string& corpus_path, const Shape& shape) : shape_(shape) {
  std::ifstream file(corpus_path);
  for (std::string line; std::getline(file, line);) events_.push_back(line);
  if (events_.empty() || events_.size() % shape_.batch != 0) {
    std::fprintf(stderr, "loadgen: %s cannot be read, or is no multiple of a batch\n",
                 corpus_path.c_str());
    std::exit(2);
  }
  slots_.resize(events_.size() / shape_.batch);
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    auto message = std::make_unique<Message>(render(i * shape_.batch));
    message->slot = static_cast<std::uint32_t>(i);
    slots_[i].free.push_back(message.get());
    slots_[i].all.push_back(std::move(message));
  }
}

void Messages::append_event(Message& message, std::size_t index) const {
  const std::string& event = events_[index];
  const std::size_t seq = event.find("\"seq\":\"");
  if (seq == std::string::npos) {
    std::fprintf(stderr, "loadgen: event %zu of the corpus has no seq\n", index);
    std::exit(2);
  }
  const auto base = static_cast<std::uint32_t>(message.bytes.size());
  message.seq_at.push_back(base + static_cast<std::uint32_t>(seq + std::strlen("\"seq\":\"")));
  if (const std::size_t at = event.find("\"sent_ns\":"); at != std::string::npos) {
    message.sent_ns_at.push_back(base +
                                 static_cast<std::uint32_t>(at + std::strlen("\"sent_ns\":")));
  }
  message.bytes += event;
}

Message Messages::render(std::size_t first) const {
  Message message;
  if (shape_.framing == Framing::array) message.bytes += '[';
  for (std::size_t i = 0; i < shape_.batch; ++i) {
    if (shape_.framing == Framing::array && i > 0) message.bytes += ',';
    append_event(message, first + i);
    if (shape_.framing == Framing::lines) message.bytes += '\n';
  }
  if (shape_.framing == Framing::array) message.bytes += ']';
  if (shape_.path.empty()) return message;

  const std::string head =
      "POST " + shape_.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + shape_.type +
      "\r\nContent-Length: " + std::to_string(message.bytes.size()) + "\r\n\r\n";
  message.bytes.insert(0, head);
  const auto shift = static_cast<std::uint32_t>(head.size());
  for (std::uint32_t& at : message.seq_at) at += shift;
  for (std::uint32_t& at : message.sent_ns_at) at += shift;
  return message;
}

Message* Messages::take(std::uint64_t number) {
  Slot& slot = slots_[number % slots_.size()];
  if (slot.free.empty()) {
    slot.all.push_back(std::make_unique<Message>(*slot.all.front()));
    slot.free.push_back(slot.all.back().get());
  }
  Message* message = slot.free.back();
  slot.free.pop_back();

  char digits[kSeqDigits];
  put_digits(digits, kSeqDigits, number * shape_.batch);
  for (const std::uint32_t at : message->seq_at) {
    std::memcpy(&message->bytes[at], digits, kSeqDigits);
    count_up(digits, kSeqDigits);
  }
  for (const std::uint32_t at : message->sent_ns_at) {
    put_digits(&message->bytes[at], kTimeDigits, realtime_ns());
  }
  return message;
}

}  // namespace tt::bench
