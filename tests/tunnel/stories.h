// Stories: what a tunnel does between two starts, for tests in which the disk fails or dies.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tunnel/oracle.h"

namespace tt::tunnel {

/// Both return false as soon as the disk has refused something.
struct Story {
  std::string name;
  std::function<bool(World&, Oracle&)> before;  ///< A life that ends well.
  std::function<bool(World&, Oracle&)> act;     ///< The life in which something happens.
};

/// Opens the tunnel, and one exit that begins at the oldest event.
inline bool live(World& world, Oracle& oracle,
                 const std::function<bool(Tunnel&, Reader&, Oracle&)>& deeds) {
  auto tunnel = open_disk_tunnel(story_options(), world.seams);
  if (!tunnel.ok()) return false;
  auto reader = (*tunnel)->open("exit", {Start::Kind::kEarliest});
  if (!reader.ok()) return false;
  const bool is_done = deeds(**tunnel, **reader, oracle);
  reader->reset();
  return (*tunnel)->close().ok() && is_done;
}

inline bool commit(Tunnel& tunnel, Reader& reader, Oracle& oracle) {
  return oracle.append(tunnel, 1, 100, AckLevel::kDisk) &&
         oracle.append(tunnel, 3, 700, AckLevel::kWritten) && oracle.read(reader) &&
         oracle.append(tunnel, 4, 300, AckLevel::kDisk) && oracle.read(reader) &&
         oracle.append(tunnel, 1, 40, AckLevel::kMemory);
}
inline bool rotate(Tunnel& tunnel, Reader& reader, Oracle& oracle) {
  for (int i = 0; i < 4; ++i) {
    const AckLevel level = i == 2 ? AckLevel::kWritten : AckLevel::kDisk;
    if (!oracle.append(tunnel, 2, 3000, level) || !oracle.read(reader)) return false;
  }
  return true;
}
// What the exit has read may go: finished segments become spares, or are removed when there are
// enough of these, and the next segments are made of spares.
inline bool recycle(Tunnel& tunnel, Reader& reader, Oracle& oracle) {
  return oracle.read(reader) && oracle.move(reader, "exit", tunnel.status().visible) &&
         oracle.trim(tunnel) && rotate(tunnel, reader, oracle);
}
inline bool bury(Tunnel& tunnel, Reader&, Oracle& oracle) {
  return oracle.bury(tunnel, "exit", 1) && oracle.bury(tunnel, "exit", 2) &&
         oracle.bury(tunnel, "another exit", 1) && oracle.unbury(tunnel, "exit") &&
         oracle.bury(tunnel, "exit", 3);
}
// Frames so large that the files take turns.
inline bool switch_cursors(Tunnel& tunnel, Reader& reader, Oracle& oracle, int moves) {
  std::vector<std::unique_ptr<Reader>> others;
  for (int i = 0; i < 4; ++i) {
    auto other = tunnel.open("exit " + std::to_string(i), {Start::Kind::kEarliest});
    if (!other.ok()) return false;
    others.push_back(*std::move(other));
  }
  for (int move = 0; move < moves; ++move) {
    for (auto& other : others) {
      // A rewind forgets the ranges: they are settled anew, every second event.
      for (Seq seq = 100; seq < 100 + 2 * 1000; seq += 2) other->settle(seq, seq);
    }
    if (!oracle.move(reader, "exit", reader.cursor() + 1)) return false;
  }
  return true;
}

inline std::vector<Story> stories() {
  const auto nothing = [](World&, Oracle&) { return true; };
  const auto with = [](auto deeds) {
    return [deeds](World& w, Oracle& o) { return live(w, o, deeds); };
  };
  const auto filled =
      with([](Tunnel& t, Reader& r, Oracle& o) { return rotate(t, r, o) && rotate(t, r, o); });
  return {
      {"the first start, and commits", nothing, with(commit)},
      {"commits after a stop", with(commit), with(commit)},
      {"rotation", with(commit), with(rotate)},
      {"recycling and deletion", filled, with(recycle)},
      {"dead letters", with(commit), with(bury)},
      {"the cursor files take turns",
       with([](Tunnel& t, Reader& r, Oracle& o) { return switch_cursors(t, r, o, 6); }),
       with([](Tunnel& t, Reader& r, Oracle& o) { return switch_cursors(t, r, o, 20); })},
  };
}

}  // namespace tt::tunnel
