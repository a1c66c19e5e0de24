// MemoryFile: an open file of MemoryDisk; included by memory_disk.cc alone.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

#include "base/memory_disk.h"
#include "base/memory_node.h"

namespace tt {

/// Belongs to one life of its disk: after a crash or a kill every call answers kStopped. Guarded by
/// the mutex of the disk, which it must not outlive.
class MemoryFile final : public File {
 public:
  MemoryFile(MemoryDisk& disk, std::shared_ptr<MemoryNode> node, bool is_writable)
      : disk_(disk), node_(std::move(node)), life_(disk.life_), is_writable_(is_writable) {}
  ~MemoryFile() override {
    const std::lock_guard guard(disk_.mutex_);
    if (node_->lock_holder == this) node_->lock_holder = nullptr;
    disk_.release_if_gone(node_);
  }

  Result<std::size_t> pread(std::span<char> bytes, std::uint64_t position) override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(begin(MemoryDisk::Op::kRead));
    if (position >= node_->now.size()) return std::size_t{0};
    const std::size_t count = std::min<std::uint64_t>(bytes.size(), node_->now.size() - position);
    if (!node_->is_readable(position, position + count)) return corrupt("input/output error");
    std::memcpy(bytes.data(), node_->now.data() + position, count);
    return count;
  }

  Status pwritev(std::span<const iovec> parts, std::uint64_t position) override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(begin(MemoryDisk::Op::kWrite));
    for (const iovec& part : parts) {
      std::string_view bytes(static_cast<const char*>(part.iov_base), part.iov_len);
      const std::uint64_t size = node_->now.size();
      const std::uint64_t end = position + bytes.size();
      const std::uint64_t wanted = end > size ? end - size : 0;
      const std::uint64_t granted = disk_.grow(wanted);
      if (granted < wanted) {
        const std::uint64_t fits = size + granted > position ? size + granted - position : 0;
        node_->write(bytes.substr(0, fits), position);
        return retry("cannot write: no space left on the disk");
      }
      node_->write(bytes, position);
      position = end;
    }
    return {};
  }

  Status datasync() override {
    const std::lock_guard guard(disk_.mutex_);
    if (Status status = begin(MemoryDisk::Op::kSync); !status.ok()) {
      if (status.error().code != Code::kStopped) node_->dirty.clear();
      return status;
    }
    node_->sync();
    return {};
  }

  Status truncate(std::uint64_t size_bytes) override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(begin(MemoryDisk::Op::kTruncate));
    return resize(size_bytes);
  }

  Status allocate(std::uint64_t size_bytes) override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(begin(MemoryDisk::Op::kAllocate));
    return size_bytes > node_->now.size() ? resize(size_bytes) : Status();
  }

  Result<std::uint64_t> size() override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(check_life());
    return static_cast<std::uint64_t>(node_->now.size());
  }

  bool is_at(const std::string& path) override {
    const std::lock_guard guard(disk_.mutex_);
    const auto found = disk_.names_.find(path);
    return found != disk_.names_.end() && found->second == node_;
  }

  Status lock() override {
    const std::lock_guard guard(disk_.mutex_);
    TT_CHECK(check_life());
    if (node_->lock_holder && node_->lock_holder != this) return stopped("locked by another");
    node_->lock_holder = this;
    return {};
  }

 private:
  Status check_life() const {
    if (life_ != disk_.life_) return stopped("this file was opened before a crash");
    return {};
  }
  Status begin(MemoryDisk::Op op) {
    TT_CHECK(check_life());
    if (!is_writable_ && op != MemoryDisk::Op::kRead && op != MemoryDisk::Op::kSync) {
      return reject("the file is open for reading only");
    }
    return disk_.begin(op);
  }
  Status resize(std::uint64_t size_bytes) {
    const std::uint64_t size = node_->now.size();
    if (size_bytes > size) {
      const std::uint64_t granted = disk_.grow(size_bytes - size);
      if (granted < size_bytes - size) {
        disk_.free_bytes_ += granted;
        return retry("cannot extend: no space left on the disk");
      }
    } else {
      disk_.free_bytes_ += size - size_bytes;
    }
    node_->resize(size_bytes);
    return {};
  }

  MemoryDisk& disk_;
  const std::shared_ptr<MemoryNode> node_;
  const std::uint64_t life_;
  const bool is_writable_;
};

}  // namespace tt
