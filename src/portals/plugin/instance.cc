// create(), destroy() and what happens between them.
// SPDX-License-Identifier: Apache-2.0
#include "portals/plugin/instance.h"

#include "base/log.h"
#include "base/text.h"
#include "portals/plugin/results.h"

namespace tt::portals::plugin {

Life::Life(const PortalType& type, SecretTexts secrets, Inbox* inbox)
    : type_(type), secrets_(std::move(secrets)), inbox_(inbox), host_(host_table(this)) {}

Life::~Life() {
  if (is_made_) type_.table->destroy(self_);
}

Result<std::shared_ptr<const Life>> Life::begin(const PortalType& type, std::string_view config,
                                                SecretTexts secrets, Inbox* inbox) {
  std::shared_ptr<Life> made(new Life(type, std::move(secrets), inbox));
  CallText error;
  const tt_code code =
      type.table->create(&made->host_, str_of(config), &made->self_, error.table());
  if (code == TT_OK) {
    made->is_made_ = true;
    return std::shared_ptr<const Life>(std::move(made));
  }
  std::string why = error.text(made->secrets_);
  if (why.empty()) why = "code " + std::to_string(code) + ", and no reason";
  return misconfigured("the plugin " + type.plugin + " refuses its configuration: " + why);
}

void Life::log(int level, std::string_view text) {
  // Cut behind the mask: of a secret that stood at the cut the beginning would be shown.
  const std::string shown = printable(secrets_.mask(text).substr(0, 4096), "\t");
  const log::Fields fields{{"portal", type_.name}, {"text", shown}};
  if (level <= 0)
    log::debug("plugin", fields);
  else if (level == 1)
    log::info("plugin", fields);
  else if (level == 2)
    log::warning("plugin", fields);
  else
    log::error("plugin", fields);
}

tt_code Life::append(std::span<const tt_event* const> events, tt_result* const* results) {
  return inbox_ ? inbox_->append(events, results) : TT_STOPPED;
}

Result<std::shared_ptr<const Life>> Instance::begin_life(const std::vector<std::string>& texts,
                                                         Inbox* inbox) const {
  std::vector<std::pair<Secret, std::string>> secrets;
  for (std::size_t i = 0; i < texts.size(); ++i)
    secrets.emplace_back(options_.secrets[i].second, texts[i]);
  return Life::begin(type_, options_.json(texts), SecretTexts(std::move(secrets)), inbox);
}

Result<std::shared_ptr<const Life>> Instance::begin_life(Inbox* inbox) const {
  TT_TRY(const std::vector<std::string> texts, options_.reveal());
  return begin_life(texts, inbox);
}

Result<std::shared_ptr<const Life>> Instance::life() {
  TT_TRY(std::vector<std::string> texts, options_.reveal());
  const std::lock_guard lock(mutex_);
  if (life_ && texts == texts_) return life_;
  TT_TRY(life_, begin_life(texts, nullptr));
  texts_ = std::move(texts);
  return life_;
}

std::shared_ptr<Instance> make_instance(const PortalType& type, PluginOptions options,
                                        const config::Node& node, config::ParseContext& context) {
  auto made = std::make_shared<Instance>(type, std::move(options));
  if (context.options.is_offline || !made->options().reveal().ok()) return made;
  const auto life = made->life();
  if (life.ok()) return made;
  context.diagnostics.error("plugin-refused", node.key_mark.known() ? node.key_mark : node.place(),
                            life.error().text);
  return nullptr;
}

}  // namespace tt::portals::plugin
