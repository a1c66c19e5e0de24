// What tests of FileTail share: a folder, a tail of its files, and what its sessions got.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/log.h"
#include "base/temporary_folder.h"
#include "net/file_tail.h"

namespace tt::net::testing {

namespace fs = std::filesystem;

/// What sessions got. A test says whether runs are stored at once.
struct Taken {
  std::string text;
  std::map<std::string, std::string> by_file;
  std::vector<std::shared_ptr<StreamPeer>> waiting;
  bool is_slow = false, is_closed = false;
  int opened = 0;

  void store() {
    for (const auto& peer : std::exchange(waiting, {})) peer->resume();
  }
};

class TakingSession final : public StreamSession {
 public:
  TakingSession(Taken& taken, std::shared_ptr<StreamPeer> peer, StreamInfo info)
      : taken_(taken), peer_(std::move(peer)), info_(std::move(info)) {
    ++taken_.opened;
  }
  bool on_bytes(std::string_view bytes) override {
    taken_.text += bytes;
    taken_.by_file[fs::path(info_.peer).filename()] += bytes;
    if (taken_.is_slow) taken_.waiting.push_back(peer_);
    return !taken_.is_slow;
  }
  void on_close() override {}

 private:
  Taken& taken_;
  std::shared_ptr<StreamPeer> peer_;
  StreamInfo info_;
};

class FileTailTest : public ::testing::Test {
 protected:
  FileTailTest() { log::set_level(log::Level::kOff); }

  std::string at(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, std::string_view text) {
    std::ofstream(at(name), std::ios::app) << text;
  }
  void move(const std::string& from, const std::string& to) { fs::rename(at(from), at(to)); }

  void start(TailFiles files, TailNotes known = {}) {
    tail_ = std::make_unique<FileTail>(
        std::move(files), std::move(known),
        [this](std::shared_ptr<StreamPeer> peer,
               StreamInfo info) -> std::unique_ptr<StreamSession> {
          EXPECT_TRUE(info.is_file);
          if (taken_.is_closed) return nullptr;
          return std::make_unique<TakingSession>(taken_, std::move(peer), std::move(info));
        },
        std::make_shared<FileWatch>());
    go();
  }
  void start(const std::string& pattern = "*.log", bool from_beginning = false) {
    start(TailFiles{.patterns = {at(pattern)}, .from_beginning = from_beginning});
  }
  /// As after a crash: only what was noted is known.
  void restart() {
    TailNotes notes = tail_->notes();
    const TailFiles files = tail_->wanted();
    tail_.reset();
    taken_ = {};
    start(files, std::move(notes));
  }
  /// A second passes.
  void go() {
    now_ns_ += kNsPerSec;
    tail_->look(now_ns_);
    while (tail_->read_some(buffer_, 16)) {
    }
  }
  std::string taken() { return std::exchange(taken_.text, {}); }

  TemporaryFolder folder_;
  SteadyNs now_ns_ = kNsPerSec;
  std::array<char, 4096> buffer_;
  Taken taken_;
  std::unique_ptr<FileTail> tail_;
};

}  // namespace tt::net::testing
