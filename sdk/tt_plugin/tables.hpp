// From specs to the tables of the C ABI.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <initializer_list>

#include "tt_plugin.hpp"

namespace tt::sdk {

/// What one spec has become: one a type of options, as callbacks of C carry no pointer to it.
template <class Spec>
struct Portal {
  Spec spec;
  std::string schema;
  tt_portal table{};
  std::vector<std::string> texts;  // That end in NUL.
};
template <class Spec>
inline Portal<Spec>* portal_of = nullptr;

template <class Spec, class Config>
struct Instance {
  const tt_host* host = nullptr;
  Config config;
  std::unique_ptr<portals::Deliverer> deliverer;
  std::unique_ptr<portals::Runner> runner;
};

/// Runs `body`; what it throws is given to `fail` as a text.
template <class Body, class Fail>
void guarded(Body body, Fail fail) noexcept {
  try {
    body();
  } catch (const std::exception& thrown) {
    fail(thrown.what());
  } catch (...) {
    fail("an exception of an unknown kind");
  }
}

inline void fail_all(tt_result* const* results, std::uint64_t count, std::string_view why) {
  for (std::uint64_t i = 0; i < count; ++i) {
    results[i]->code = TT_RETRY;
    put(results[i]->text, why);
  }
}

template <class Spec, class Config>
struct Calls {
  using Self = Instance<Spec, Config>;
  static Self& self_of(void* self) { return *static_cast<Self*>(self); }
  static const Spec& spec() { return portal_of<Spec>->spec; }

  static tt_code create(const tt_host* host, tt_str config, void** out, tt_text* error) {
    tt_code code = TT_OK;
    const auto fail = [&](std::string_view why) {
      put(*error, why);
      code = TT_MISCONFIGURED;
    };
    guarded(
        [&] {
          auto made = std::make_unique<Self>();
          made->host = host;
          if (Status read = read_config(view_of(config), made->config); !read.ok())
            return fail(read.error().text);
          if constexpr (requires { spec().make; }) made->runner = spec().make(made->config);
          *out = made.release();
        },
        fail);
    return code;
  }
  static void destroy(void* self) {
    guarded([&] { delete static_cast<Self*>(self); }, [](std::string_view) {});
  }
  static void target(void* self, tt_text* text) {
    guarded(
        [&] {
          if constexpr (requires { spec().address; })
            put(*text, spec().address(self_of(self).config));
          else if (spec().target)
            put(*text, spec().target(self_of(self).config));
        },
        [](std::string_view) {});
  }
  static void encode(void* self, const tt_event* const* events, std::uint64_t count,
                     tt_request* request, tt_result* const* results) {
    guarded(
        [&] {
          const Events shown(self_of(self).host, events, count);
          auto made = spec().encode(self_of(self).config, shown.list());
          if (made.ok()) return write(self_of(self).host, request, *made);
          for (std::uint64_t i = 0; i < count; ++i)
            put(*results[i], portals::Verdict::of(made.error()));
        },
        [&](std::string_view why) { fail_all(results, count, why); });
  }
  static void judge(void* self, const tt_message* m, std::uint64_t count,
                    tt_result* const* results) {
    guarded(
        [&] {
          const portals::ExitAnswer answer{m->status, view_of(m->body), m->now_ns,
                                           self_of(self).host, m};
          const auto verdicts = spec().judge(self_of(self).config, answer, count, m->now_ns);
          for (std::uint64_t i = 0; i < count && !verdicts.empty(); ++i)
            put(*results[i], verdicts[i < verdicts.size() ? i : 0]);
        },
        [&](std::string_view why) { fail_all(results, count, why); });
  }
  static void deliver(void* self, const tt_event* const* events, std::uint64_t count,
                      tt_result* const* results) {
    guarded(
        [&] {
          auto& deliverer = self_of(self).deliverer;
          if (!deliverer) {
            auto made = spec().connect(self_of(self).config);
            if (!made.ok()) {
              for (std::uint64_t i = 0; i < count; ++i)
                put(*results[i], portals::Verdict::of(made.error()));
              return;
            }
            deliverer = *std::move(made);
          }
          const Events shown(self_of(self).host, events, count);
          std::vector<portals::Verdict> verdicts(
              count, portals::Verdict::retry("the plugin gave no verdict"));
          deliverer->deliver(shown.list(), verdicts);
          for (std::uint64_t i = 0; i < count; ++i) put(*results[i], verdicts[i]);
        },
        [&](std::string_view why) { fail_all(results, count, why); });
  }
  static void decode(void* self, const tt_message* m, tt_events* events, tt_result* result) {
    guarded(
        [&] {
          const tt_host* host = self_of(self).host;
          portals::EntryEvents out(host, events);
          const Status done =
              spec().decode(self_of(self).config,
                            {view_of(m->method), view_of(m->path), view_of(m->query),
                             view_of(m->peer), view_of(m->body), m->now_ns, host, m},
                            out);
          put(*result, done.ok() ? portals::Verdict::delivered(out.answer)
                                 : portals::Verdict::of(done.error()));
          result->status = out.status;
        },
        [&](std::string_view why) { fail_all(&result, 1, why); });
  }
  static tt_code run(void* self, tt_text* error) {
    tt_code code = TT_OK;
    const auto fail = [&](std::string_view why) {
      put(*error, why);
      code = TT_RETRY;
    };
    guarded(
        [&] {
          const Status done = self_of(self).runner->run(portals::Inbox(self_of(self).host));
          if (!done.ok()) fail(done.error().text);
        },
        fail);
    return code;
  }
  static void stop(void* self) {
    guarded([&] { self_of(self).runner->stop(); }, [](std::string_view) {});
  }
};

template <class Config, class Spec>
portals::PluginPortal portal_table(Spec given, std::uint32_t flags) {
  using Call = Calls<Spec, Config>;
  auto* made = portal_of<Spec> = new Portal<Spec>{std::move(given), schema_of<Config>(), {}, {}};
  const Spec& spec = made->spec;
  for (const std::string_view text : {spec.name, spec.summary, spec.security, spec.example})
    made->texts.emplace_back(text);
  if constexpr (requires { spec.batches; }) flags |= spec.batches ? TT_BATCHES : 0;
  if constexpr (requires { spec.pages; }) flags |= spec.pages ? TT_PAGES : 0;
  if constexpr (requires { spec.is_stream; }) flags |= spec.is_stream ? TT_STREAM : 0;
  tt_portal& table = made->table;
  table.size = sizeof table;
  table.flags = flags;
  table.name = made->texts[0].c_str();
  table.summary = made->texts[1].c_str();
  table.security = made->texts[2].c_str();
  table.example = made->texts[3].c_str();
  table.schema_json = made->schema.c_str();
  table.create = &Call::create;
  table.destroy = &Call::destroy;
  if constexpr (
      requires { spec.target; } || requires { spec.address; })
    table.target = &Call::target;
  if constexpr (requires { spec.encode; }) table.encode = &Call::encode;
  if constexpr (requires { spec.judge; })
    if (spec.judge) table.judge = &Call::judge;
  if constexpr (requires { spec.connect; }) table.deliver = &Call::deliver;
  if constexpr (requires { spec.decode; }) table.decode = &Call::decode;
  if constexpr (requires { spec.make; }) {
    table.run = &Call::run;
    table.stop = &Call::stop;
  }
  return {&table};
}

/// The whole of one plugin.
struct Plugin {
  Plugin(const char* name, const char* version, std::initializer_list<portals::PluginPortal> all) {
    for (const portals::PluginPortal& one : all) tables.push_back(one.table);
    table.size = sizeof table;
    table.minor = TT_PLUGIN_MINOR;
    table.name = name;
    table.version = version;
    table.portal_count = tables.size();
    table.portals = tables.data();
  }
  std::vector<const tt_portal*> tables;
  tt_plugin table{};
};

}  // namespace tt::sdk

namespace tt::portals {

template <class Config>
PluginPortal http_exit(HttpExit<Config> spec) {
  return sdk::portal_table<Config>(std::move(spec), 0);
}
template <class Config>
PluginPortal socket_exit(SocketExit<Config> spec) {
  return sdk::portal_table<Config>(std::move(spec), 0);
}
template <class Config>
PluginPortal deliver_exit(DeliverExit<Config> spec) {
  return sdk::portal_table<Config>(std::move(spec), 0);
}
template <class Config>
PluginPortal decode_entry(DecodeEntry<Config> spec) {
  return sdk::portal_table<Config>(std::move(spec), TT_ENTRY);
}
template <class Config>
PluginPortal run_entry(RunEntry<Config> spec) {
  return sdk::portal_table<Config>(std::move(spec), TT_ENTRY);
}

inline std::vector<Verdict> Inbox::append(std::span<const NewEvent> events) const {
  constexpr std::size_t kTextBytes = 256;
  const std::size_t count = events.size();
  std::vector<tt_event> tables(count, tt_event{});
  std::vector<tt_result> results(count, tt_result{});
  std::vector<const tt_event*> event_list;
  std::vector<tt_result*> result_list;
  std::string texts(count * kTextBytes, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    tables[i].size = sizeof(tt_event);
    tables[i].json = sdk::str_of(events[i].json);
    tables[i].idempotency_key = sdk::str_of(events[i].idempotency_key);
    results[i].size = sizeof(tt_result);
    results[i].code = TT_UNSET;
    results[i].text = {texts.data() + i * kTextBytes, kTextBytes, 0};
    event_list.push_back(&tables[i]);
    result_list.push_back(&results[i]);
  }
  const tt_code code = host_->append(host_->self, event_list.data(), count, result_list.data());
  std::vector<Verdict> verdicts;
  if (code == TT_STOPPED) return verdicts;
  for (const tt_result& result : results) verdicts.push_back(sdk::verdict_of(result));
  return verdicts;
}

}  // namespace tt::portals
