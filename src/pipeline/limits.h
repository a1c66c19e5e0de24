// Every bound of the data path in one place (design.md 7 "Threads", docs/reference/limits.md).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace tt::pipeline {

constexpr std::size_t kReadBytesMax = 256u << 10;        ///< One read of an exit from the tunnel.
constexpr std::size_t kExitInFlightBytesMax = 4u << 20;  ///< Encoded and unanswered, per exit.
constexpr std::size_t kExitHeldBytesMax = 16u << 20;  ///< Failing ones kept for retries, per exit.
/// Batches kept for the next request's events; beyond, and when it is this many times the events'
/// own bytes, they are copied.
constexpr std::size_t kGatheredSharedBytesMax = 4u << 20;
constexpr std::size_t kGatheredSharedTimes = 8;
constexpr std::size_t kTurnEventsMax = 1'000;  ///< An exit takes these, then others have a turn.
constexpr std::int64_t kTurnsWaitMs = 100;  ///< While more is at hand, a request is filled so long.
constexpr std::size_t kParkedEventsMax = 1'000;  ///< Held ones too, per exit; then the head waits.
constexpr std::uint32_t kParkAfterAttempts = 5;  ///< Then the next event is tried (order: tunnel).
constexpr std::size_t kTailRunsMax = 16;         ///< Of all files, read and not yet stored;
constexpr std::size_t kTailRunBytes = 256u << 10;  ///< each at most.
constexpr std::int64_t kTailLookMs = 1'000;  ///< What no watch tells of files is found so late;
constexpr std::int64_t kTailNoteMs = 1'000;  ///< and what was stored of them is noted so late.
constexpr std::size_t kBlockingThreads = 4;
constexpr std::size_t kApiThreads = 4;         ///< Requests of the API that are worked on at once.
constexpr std::size_t kRoutedBatchesMax = 64;  ///< Batches kept, as routed, for other exits;
constexpr std::size_t kRoutedBytesMax = 4u << 20;  ///< and their memory.
constexpr std::int64_t kExitSyncMs = 100;          ///< Local exits: from written to the sync.
constexpr std::int64_t kTrimEveryMs = 1'000;       ///< What comes meanwhile is beyond `keep_bytes`.
constexpr std::int64_t kReturnMemoryEveryMs = 10'000;  ///< What a burst took goes back.
constexpr std::int64_t kLagEveryMs = 1'000;            ///< How often the lag of exits is measured.
constexpr std::int64_t kOrphansEveryMs = 60'000;       ///< And that of cursors without an exit.
constexpr std::size_t kDecodedBodyBytesMax = 16u << 20;  ///< http and lines.
constexpr std::size_t kDecodedHookBytesMax = 25u << 20;  ///< Hook portals.
constexpr std::size_t kAnswerExcerptBytesMax = 1024;
constexpr std::size_t kRequestExcerptBytesMax = 4096;
constexpr std::size_t kGenerationsKept = 100;
constexpr std::uint64_t kDiskLowBytes = 512u << 20;  ///< Free below: warned; twice as much ends it.
constexpr std::size_t kSelfReportsMax = 4'096;  ///< Not yet written, of the router about itself.
constexpr std::size_t kAlertsMax = 100'000;     ///< Known, of entries that are told of them again.
constexpr std::size_t kAlertsBytesMax = 64u << 20;  ///< And their memory.
constexpr std::size_t kAlertBytesMax = 8u << 10;  ///< Kept of an alert's event, to tell of its end.
constexpr std::int64_t kAlertsKeepMs = 10'000;    ///< Between two copies of what is known of them.
constexpr std::int64_t kAlertsEveryMs = 1'000;  ///< Whether one is over, and the copy of them all.
constexpr std::int64_t kRetryMsMax = 10'000;    ///< Of dead letters, at one request of an operator.
constexpr double kReplayPerSec = 100;           ///< Events of a replay, unless it asks for others.
constexpr double kReplayPerSecMin = 1.0 / 86'400;   ///< At least.
constexpr double kReplayPerSecMax = 1'000'000;      ///< And at most.
constexpr std::int64_t kReplayPreviewMs = 10'000;   ///< Then the count of a preview is cut.
constexpr std::uint64_t kMovedEventsMax = 200'000;  ///< Pending events that a reload judges twice.

}  // namespace tt::pipeline
