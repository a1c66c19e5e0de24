// Kinds of options that may be secret: Secret, Url, HeaderValue.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/secret.h"
#include "base/text.h"
#include "config/cel_report.h"
#include "config/meant.h"
#include "config/parse.h"
#include "config/secret_text.h"
#include "config/template_report.h"
#include "config/traps.h"

namespace tt::config {
namespace {

constexpr std::string_view kReferenceHint =
    "write `{env: NAME}`, `{file: /run/secrets/name}` or `{credential: name}`";

struct SecretParts {
  std::vector<SecretSource> sources;
  std::vector<std::string> literals;
};

bool has_variable(const ParseContext& context, const std::string& name) {
  if (context.variable) return context.variable(name).has_value();
  return std::getenv(name.c_str()) != nullptr;
}

bool bad_reference(const Node& node, ParseContext& context) {
  if (report_hole_or_comment(node, context.files, context.diagnostics)) return false;
  context.diagnostics.error("wrong-type", node.place(),
                            "expected a secret, found " + std::string(node.described()),
                            std::string(kReferenceHint));
  return false;
}

/// False, and told, for `${NAME}`: written for a shell, it would be taken as it is.
bool check_no_variable(const Node& node, ParseContext& context) {
  const std::string_view name = shell_variable(node.text);
  if (name.empty() || context.options.is_offline) return true;
  context.diagnostics.error("bad-value", node.place(),
                            "`" + node.text + "` is a text here: only shells replace it",
                            "write `{env: " + std::string(name) + "}`");
  return false;
}

/// A secret that stands in a file: masked from now on. False, and told, when it is too short to be
/// one.
bool take_literal(const Node& node, const std::string& text, ParseContext& context) {
  context.files.hide(text);
  if (context.options.is_offline || text.empty() || text.size() >= kSecretBytesMin) return true;
  context.diagnostics.error(
      "literal-secret", node.place(),
      "a secret of fewer than " + std::to_string(kSecretBytesMin) + " characters is no secret",
      std::string(kReferenceHint));
  return false;
}

bool read_file_reference(const Node& node, SecretParts& parts, ParseContext& context) {
  Path path;
  if (!Kind<Path>::info().read(node, &path, context)) return false;
  parts.sources.push_back({SecretSource::Kind::kFile, path.text});
  return true;
}

bool read_reference(const Node& node, SecretParts& parts, ParseContext& context) {
  const Node* env = node.find("env");
  const Node* fallback = node.find("default");
  if (node.is_hole || node.children.size() != (env && fallback ? 2u : 1u))
    return bad_reference(node, context);
  const Node& member = env ? *env : node.children[0];
  if (!member.is_scalar() || member.text.empty()) return bad_reference(node, context);
  if (env) {
    if (fallback && !has_variable(context, env->text)) {
      if (!fallback->is_scalar()) return bad_reference(*fallback, context);
      if (!take_literal(*fallback, fallback->text, context)) return false;
      parts.sources.push_back({});
      parts.literals.push_back(fallback->text);
      return true;
    }
    parts.sources.push_back({SecretSource::Kind::kEnv, env->text});
    return true;
  }
  if (member.key == "file") return read_file_reference(member, parts, context);
  if (member.key == "credential") {
    parts.sources.push_back({SecretSource::Kind::kCredential, member.text});
    return true;
  }
  constexpr std::array<std::string_view, 3> kKnown{"env", "file", "credential"};
  report_unknown_key(member, kKnown, context.diagnostics);
  return false;
}

bool read_one(const Node& node, SecretParts& parts, ParseContext& context) {
  if (node.is_map()) return read_reference(node, parts, context);
  if (!node.is_scalar()) return bad_reference(node, context);
  if (!check_traps(node, TrapTarget::kText, context.files, context.diagnostics)) return false;
  if (!check_no_variable(node, context)) return false;
  if (!take_literal(node, node.text, context)) return false;
  if (!context.options.is_offline)
    context.diagnostics.warning("literal-secret", node.place(),
                                "a secret stands in the configuration itself",
                                std::string(kReferenceHint));
  parts.sources.push_back({});
  parts.literals.push_back(node.text);
  return true;
}

void report_missing_text(const Node& node, const Secret& secret, ParseContext& context) {
  if (context.options.is_offline) return;
  for (const std::string& name : secret.missing()) {
    std::string text = "the secret from " + name + " has no text";
    if (context.options.secrets_are_errors)
      context.diagnostics.error("missing-secret", node.place(), std::move(text));
    else
      context.diagnostics.warning("missing-secret", node.place(), std::move(text),
                                  "set it before the daemon starts");
  }
}

// True when the node is a reference or a list of them, as a whole URL or header may be.
bool is_reference(const Node& node) {
  if (node.is_list()) return !node.children.empty() && is_reference(node.children[0]);
  return node.is_map() && !node.is_hole &&
         (node.find("env") || node.find("file") || node.find("credential"));
}

bool read_secret(const Node& node, void* value, ParseContext& context) {
  SecretParts parts;
  bool is_good = true;
  if (node.is_list()) {
    for (const Node& item : node.children) is_good = read_one(item, parts, context) && is_good;
    if (node.children.empty()) is_good = bad_reference(node, context);
  } else {
    is_good = read_one(node, parts, context);
  }
  if (!is_good) return false;
  auto& secret = *static_cast<Secret*>(value);
  secret = Secret::from(std::move(parts.sources), std::move(parts.literals));
  if (context.secrets) context.secrets->push_back(secret);
  report_missing_text(node, secret, context);
  return true;
}

bool bad_url(const Node& node, const Error& error, ParseContext& context) {
  context.diagnostics.error("bad-value", node.place(), error.text);
  return false;
}

// A literal with a password in it is a secret that stands in the file.
bool check_userinfo(const Node& node, const UrlParts& parts, ParseContext& context) {
  if (!take_literal(node, parts.password, context)) return false;
  if (!parts.password.empty() && !context.options.is_offline)
    context.diagnostics.warning("literal-secret", node.place(), "a password stands in this URL",
                                "give the whole URL as a secret: `{env: NAME}`");
  return true;
}

/// The values of token-like parameters, `?key=1` left out: known to whoever masks the text.
void hide_parameters(std::string_view query, ParseContext& context) {
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    const std::size_t equals = std::min(parameter.find('='), parameter.size());
    if (parameter.size() > equals + kSecretBytesMin && is_secret_name(parameter.substr(0, equals)))
      context.files.hide(std::string(parameter.substr(equals + 1)));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
}

/// Headers whose text is a credential: a literal one is a secret that stands in the file.
bool is_credential_header(std::string_view name) {
  const std::string lower = to_lower(name);
  if (lower == "authorization" || lower == "proxy-authorization" || lower == "cookie") return true;
  constexpr std::array<std::string_view, 5> kWords{"token", "secret", "passw", "api-key", "apikey"};
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != lower.npos; });
}

// Secret URLs are checked too when their text is there: a wrong one would show only at the first
// delivery.
bool read_secret_url(const Node& node, Url& url, ParseContext& context) {
  Secret secret;
  if (!read_secret(node, &secret, context)) return false;
  url = Url(std::move(secret));
  if (!context.options.is_offline && !url.reveal().empty())
    if (const auto parts = url.parts(); !parts.ok()) return bad_url(node, parts.error(), context);
  return true;
}

bool read_url(const Node& node, void* value, ParseContext& context) {
  auto& url = *static_cast<Url*>(value);
  if (is_reference(node)) return read_secret_url(node, url, context);
  if (!node.is_scalar()) {
    if (!report_hole_or_comment(node, context.files, context.diagnostics))
      context.diagnostics.error("wrong-type", node.place(),
                                "expected a URL, found " + std::string(node.described()));
    return false;
  }
  if (!check_traps(node, TrapTarget::kTemplate, context.files, context.diagnostics)) return false;
  if (node.text.find("{{") != std::string::npos) {
    context.diagnostics.error("template-not-allowed", node.place(), "this URL takes no holes");
    return false;
  }
  if (!check_no_variable(node, context)) return false;
  const auto parts = parse_url(node.text);
  if (!parts.ok()) return bad_url(node, parts.error(), context);
  if (!check_userinfo(node, *parts, context)) return false;
  hide_parameters(parts->query, context);
  url = Url(node.text);
  return true;
}

// Splits the text where the path begins: holes before that are refused.
bool read_url_template(const Node& node, void* value, ParseContext& context) {
  auto& out = *static_cast<UrlTemplate*>(value);
  if (!node.is_scalar() || node.text.find("{{") == std::string::npos) {
    Url url;
    if (!read_url(node, &url, context)) return false;
    out = UrlTemplate(std::move(url));
    return true;
  }
  if (!check_traps(node, TrapTarget::kTemplate, context.files, context.diagnostics)) return false;
  const std::string& text = node.text;
  const std::size_t slashes = text.find("://");
  const std::size_t host = slashes == text.npos ? 0 : slashes + 3;
  const std::size_t path = std::min(text.find_first_of("/?", host), text.size());
  if (const std::size_t hole = text.find("{{"); slashes == text.npos || hole < path) {
    context.diagnostics.error(
        "url-hole", mark_inside(context.files, node, hole, 2),
        "scheme, host and port of a URL take no holes",
        "holes may stand in the path and the query; for several hosts use several exits");
    return false;
  }
  auto parts = parse_url(std::string_view(text).substr(0, path));
  if (!parts.ok()) return bad_url(node, parts.error(), context);
  if (!check_userinfo(node, *parts, context)) return false;
  // A `?` inside a hole is CEL, not the query.
  std::size_t query = path;
  for (int depth = 0; query < text.size() && (depth > 0 || text[query] != '?'); ++query) {
    if (text.compare(query, 2, "{{") == 0) ++depth;
    if (text.compare(query, 2, "}}") == 0) --depth;
  }
  parts->path = text.substr(path, query - path);
  if (query < text.size()) parts->query = text.substr(query + 1);
  auto path_template = parse_template(node, path, parts->path, context);
  auto query_template =
      parse_template(node, std::min(query + 1, text.size()), parts->query, context);
  if (!path_template || !query_template) return false;
  out = UrlTemplate(*std::move(parts), *std::move(path_template), *std::move(query_template));
  return true;
}

bool read_header(const Node& node, void* value, ParseContext& context) {
  auto& header = *static_cast<HeaderValue*>(value);
  const bool has_holes = node.text.find("{{") != std::string::npos;
  if (is_reference(node) || (node.is_scalar() && !has_holes && is_credential_header(node.key)))
    return read_secret(node, &header.secret, context);
  return Kind<tmpl::Template>::info().read(node, &header.text, context);
}

void show_mask(const void* value, std::string& out) {
  out += static_cast<const Secret*>(value)->empty() ? "null" : "\"***\"";
}

}  // namespace

const TypeInfo& Kind<Secret>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "secret";
    i.schema = R"({"$ref":"#/$defs/secret"})";
    i.is_secret = true;
    i.takes_maps = true;
    i.read = &read_secret;
    i.show = &show_mask;
    i.is_empty = [](const void* v) { return static_cast<const Secret*>(v)->empty(); };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<Url>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "URL";
    i.schema = R"({"anyOf":[{"type":"string"},{"$ref":"#/$defs/secret"}]})";
    i.is_secret = true;
    i.takes_maps = true;
    i.read = &read_url;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const Url*>(v)->redacted());
    };
    i.is_empty = [](const void* v) { return static_cast<const Url*>(v)->empty(); };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<UrlTemplate>::info() {
  static const TypeInfo made = [] {
    TypeInfo i = Kind<Url>::info();
    i.name = "URL with holes";
    i.is_template = true;
    i.read = &read_url_template;
    i.show = [](const void* v, std::string& out) {
      out += json_string(static_cast<const UrlTemplate*>(v)->redacted());
    };
    i.is_empty = [](const void* v) { return static_cast<const UrlTemplate*>(v)->empty(); };
    return i;
  }();
  return made;
}

const TypeInfo& Kind<HeaderValue>::info() {
  static const TypeInfo made = [] {
    TypeInfo i;
    i.name = "template or secret";
    i.schema = R"({"anyOf":[{"type":["string","number","boolean"]},{"$ref":"#/$defs/secret"}]})";
    i.is_secret = true;
    i.is_template = true;
    i.takes_maps = true;
    i.read = &read_header;
    i.show = [](const void* v, std::string& out) {
      const auto& header = *static_cast<const HeaderValue*>(v);
      out += header.is_secret() ? "\"***\"" : json_string(header.text.text());
    };
    i.bind = [](void* v, const ParseContext& c) {
      static_cast<HeaderValue*>(v)->text.bind(c.environment);
    };
    return i;
  }();
  return made;
}

}  // namespace tt::config
