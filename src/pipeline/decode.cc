// The first step of the data path, shared by HTTP, streams and rehearsals.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/decode.h"

#include <utility>

#include "base/log.h"
#include "event/writer.h"

namespace tt::pipeline {

std::optional<portals::EntryRefusal> decode(const EntrySettings& entry,
                                            const portals::EntryRequest& request,
                                            portals::EntryEvents& out) {
  const portals::DecodeContext context{
      .limits = {}, .raw = entry.portal->common().raw, .environment = entry.environment.get()};
  if (auto refusal = entry.portal->decode(request, context, out)) return refusal;
  if (!entry.rewrite || out.count() == 0) return std::nullopt;

  // What the event *is* may be changed before it is stored; the id does not exist yet.
  const event::EventBatch sent = out.events.split(out.others);
  event::EventWriter writer(out.events, context.limits);
  const tmpl::MetaView meta{.received_ns = request.now_ns, .entry = entry.name};
  for (std::size_t i = 0; i < sent.size(); ++i) {
    writer.begin();
    writer.set_all(sent[i]);
    entry.rewrite->apply(sent[i], meta, writer);
    if (Status done = writer.finish(request.now_ns); !done) {
      // A rewrite that ruins an event must not lose it: it is stored as it came.
      log::warning("entry rewrite refused", {{"entry", entry.name}, {"error", done.error().text}});
      writer.begin();
      writer.set_all(sent[i]);
      if (!writer.finish(request.now_ns)) writer.abandon();
    }
  }
  return std::nullopt;
}

}  // namespace tt::pipeline
