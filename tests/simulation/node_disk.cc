// Each call asks whether the process still lives, then goes to the disk in memory.
// SPDX-License-Identifier: Apache-2.0
#include "simulation/node_disk.h"

#include <utility>

namespace tt::simulation {

class NodeDisk::NodeFile final : public File {
 public:
  NodeFile(NodeDisk& disk, std::unique_ptr<File> file, std::string path)
      : disk_(disk), file_(std::move(file)), path_(std::move(path)) {}

  Result<std::size_t> pread(std::span<char> bytes, std::uint64_t position) override {
    TT_CHECK(disk_.begin());
    return file_->pread(bytes, position);
  }
  Status pwritev(std::span<const iovec> parts, std::uint64_t position) override {
    TT_CHECK(disk_.begin());
    if (disk_.fails(disk_.faults_.write_one_in, "write", path_))
      return reject("cannot write " + path_ + ": input/output error");
    return file_->pwritev(parts, position);
  }
  Status datasync() override {
    TT_CHECK(disk_.pass());
    if (disk_.fails(disk_.faults_.sync_one_in, "sync", path_))
      disk_.disk_.fail_next(MemoryDisk::Op::kSync, reject("cannot sync: input/output error"));
    TT_CHECK(file_->datasync());
    return disk_.pass();
  }
  Status truncate(std::uint64_t size_bytes) override {
    TT_CHECK(disk_.begin());
    return file_->truncate(size_bytes);
  }
  Status allocate(std::uint64_t size_bytes) override {
    TT_CHECK(disk_.begin());
    return file_->allocate(size_bytes);
  }
  Result<std::uint64_t> size() override {
    TT_CHECK(disk_.begin());
    return file_->size();
  }
  bool is_at(const std::string& path) override { return file_->is_at(path); }
  Status lock() override {
    TT_CHECK(disk_.begin());
    return file_->lock();
  }

 private:
  NodeDisk& disk_;
  std::unique_ptr<File> file_;
  const std::string path_;
};

Status NodeDisk::pass() {
  TT_CHECK(begin());
  scheduler_.sleep_ns(static_cast<std::int64_t>(
      random_.below(static_cast<std::uint64_t>(faults_.sync_ns_max / 2 + 1))));
  return begin();
}

bool NodeDisk::fails(std::uint64_t one_in, const char* what, const std::string& path) {
  if (one_in == 0 || random_.below(one_in) != 0) return false;
  ++failures_;
  trace_.note(std::string("disk: a ") + what + " of " + path + " fails");
  return true;
}

Result<std::unique_ptr<File>> NodeDisk::open(const std::string& path, Open mode) {
  TT_CHECK(begin());
  TT_TRY(auto file, disk_.open(path, mode));
  return std::unique_ptr<File>(std::make_unique<NodeFile>(*this, std::move(file), path));
}

Status NodeDisk::create_directories(const std::string& path) {
  TT_CHECK(begin());
  return disk_.create_directories(path);
}

Result<std::vector<DirectoryEntry>> NodeDisk::list(const std::string& path) {
  TT_CHECK(begin());
  return disk_.list(path);
}

Status NodeDisk::rename(const std::string& from, const std::string& to) {
  TT_CHECK(begin());
  return disk_.rename(from, to);
}

Status NodeDisk::remove(const std::string& path) {
  TT_CHECK(begin());
  return disk_.remove(path);
}

Status NodeDisk::sync_directory(const std::string& path) {
  TT_CHECK(pass());
  return disk_.sync_directory(path);
}

}  // namespace tt::simulation
