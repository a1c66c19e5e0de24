// A data folder as the source of a plan: a snapshot of its log, and its newest generation.
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "apps/vortex/plan_source.h"
#include "apps/vortex/snapshot_range.h"
#include "base/disk.h"
#include "pipeline/generations.h"
#include "pipeline/limits.h"

namespace tt::vortex {
namespace {

class PlanFolder final : public PlanSource {
 public:
  PlanFolder(std::string folder, std::shared_ptr<const tunnel::LogSnapshot> log,
             const tunnel::SnapshotRange& range)
      : folder_(std::move(folder)), log_(std::move(log)), scan_(log_, range) {}

  std::string log_id() const override { return log_->log_id(); }
  Result<InForce> in_force() override {
    const pipeline::Generations kept(system_disk(), folder_ + "/rules");
    auto number = kept.newest();
    if (!number.ok())
      return std::move(number).error().with("which rules are in force? Name them with `-c FILE`");
    TT_TRY(const std::string text, kept.find(*number));
    return InForce{text, "generation " + std::to_string(*number)};
  }
  Result<tunnel::SharedStored> next() override { return scan_.next(pipeline::kReadBytesMax); }
  double progress() const override { return scan_.progress(); }
  tunnel::SnapshotLosses losses() const override { return scan_.losses(); }

 private:
  const std::string folder_;
  std::shared_ptr<const tunnel::LogSnapshot> log_;
  tunnel::SnapshotScan scan_;
};

}  // namespace

Result<std::unique_ptr<PlanSource>> open_plan_folder(const std::string& folder,
                                                     const PlanRange& range) {
  auto log = tunnel::LogSnapshot::open(system_disk(), folder);
  if (!log.ok())
    return std::move(log).error().with(
        "no events to judge (`--against FOLDER` names a data folder)");
  TT_TRY(const auto parsed, parse_range(range.since, range.until, (*log)->log_id()));
  return std::unique_ptr<PlanSource>(std::make_unique<PlanFolder>(folder, *std::move(log), parsed));
}

}  // namespace tt::vortex
