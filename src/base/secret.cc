// Reading of secrets where they live, and their removal from texts.
// SPDX-License-Identifier: Apache-2.0
#include "base/secret.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "base/digest.h"
#include "base/disk.h"
#include "base/planted.h"
#include "base/text.h"

namespace tt {
namespace {

constexpr std::size_t kSecretBytesMax = 1u << 20;
constexpr std::string_view kMask = "***";

// What tells one version of a file from the next without reading it.
struct FileMark {
  ino_t inode = 0;
  off_t size = -1;
  std::int64_t changed_ns = 0;
  bool operator==(const FileMark&) const = default;
};

FileMark mark_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) < 0) return {};
  return {about.st_ino, about.st_size,
          about.st_mtim.tv_sec * 1'000'000'000 + about.st_mtim.tv_nsec};
}

// systemd passes credentials as files of a folder it names (systemd.exec(5), LoadCredential=).
std::string path_of(const SecretSource& source) {
  if (source.kind == SecretSource::Kind::kFile) return source.name;
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  return folder ? std::string(folder) + "/" + source.name : std::string();
}

std::string without_newlines(std::string text) {
  const std::size_t end = text.find_last_not_of("\r\n");
  text.resize(end == std::string::npos ? 0 : end + 1);
  return text;
}

std::string describe(const SecretSource& source) {
  switch (source.kind) {
    case SecretSource::Kind::kLiteral:
      return "literal";
    case SecretSource::Kind::kEnv:
      return "env " + source.name;
    case SecretSource::Kind::kFile:
      return "file " + source.name;
    case SecretSource::Kind::kCredential:
      return "credential " + source.name;
  }
  return {};
}

struct Part {
  SecretSource source;
  std::string text;
  FileMark mark;
};

bool is_url_end(char c) {
  return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '\'' || c == '<' || c == '>';
}

// Replaces what stands between "://" and "@" of each authority.
std::string mask_userinfo(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t at = text.find("://");
    if (at == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, at + 3));
    text.remove_prefix(at + 3);
    const auto stop = std::find_if(text.begin(), text.end(), [](char c) {
      return c == '/' || c == '?' || c == '#' || is_url_end(c);
    });
    const std::string_view authority(text.begin(), stop);
    const std::size_t end = authority.find_last_of('@');
    if (end == std::string_view::npos) continue;
    out.append(kMask);
    text.remove_prefix(end);
  }
}

// Replaces the values of `?name=value` and `&name=value` where the name tells of a secret.
std::string mask_parameters(std::string_view text) {
  std::string out;
  while (true) {
    const std::size_t at = text.find_first_of("?&");
    if (at == std::string_view::npos) return out.append(text);
    out.append(text.substr(0, at + 1));
    text.remove_prefix(at + 1);
    const auto stop = std::find_if(text.begin(), text.end(),
                                   [](char c) { return c == '&' || c == '#' || is_url_end(c); });
    const std::string_view parameter(text.begin(), stop);
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos || !is_secret_name(parameter.substr(0, equals))) continue;
    out.append(parameter.substr(0, equals + 1)).append(kMask);
    text.remove_prefix(parameter.size());
  }
}

}  // namespace

bool is_secret_name(std::string_view name) {
  constexpr std::array<std::string_view, 8> kWords{"token", "secret", "passw", "pwd",
                                                   "key",   "sig",    "auth",  "cred"};
  const std::string lower = to_lower(name);
  return std::any_of(kWords.begin(), kWords.end(),
                     [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

struct Secret::State {
  std::mutex mutex;  // Guards text and mark of the parts.
  std::vector<Part> parts;

  std::string text_of(Part& part) {
    if (part.source.kind == SecretSource::Kind::kLiteral) return part.text;
    if (part.source.kind == SecretSource::Kind::kEnv) {
      const char* value = std::getenv(part.source.name.c_str());
      return value ? value : "";
    }
    const std::string path = path_of(part.source);
    const FileMark mark = mark_of(path);
    const std::lock_guard lock(mutex);
    if (mark == part.mark && mark != FileMark{}) return part.text;
    auto bytes = read_file(system_disk(), path, kSecretBytesMax);
    part.text = bytes.ok() ? without_newlines(*std::move(bytes)) : std::string();
    part.mark = mark;
    return part.text;
  }
};

Secret::Secret(std::string literal) : Secret(from({SecretSource{}}, {std::move(literal)})) {}

Secret Secret::from(std::vector<SecretSource> sources, std::vector<std::string> literals) {
  Secret secret;
  secret.state_ = std::make_shared<State>();
  std::size_t next_literal = 0;
  for (SecretSource& source : sources) {
    Part part{std::move(source), {}, {}};
    if (part.source.kind == SecretSource::Kind::kLiteral && next_literal < literals.size()) {
      part.text = std::move(literals[next_literal++]);
    }
    secret.state_->parts.push_back(std::move(part));
  }
  for (; next_literal < literals.size(); ++next_literal) {
    secret.state_->parts.push_back({SecretSource{}, std::move(literals[next_literal]), {}});
  }
  return secret;
}

std::string Secret::reveal() const {
  if (!state_ || state_->parts.empty()) return {};
  return state_->text_of(state_->parts.front());
}

std::vector<std::string> Secret::reveal_all() const {
  std::vector<std::string> texts;
  if (!state_) return texts;
  for (Part& part : state_->parts) {
    if (std::string text = state_->text_of(part); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

std::vector<std::string> Secret::missing() const {
  std::vector<std::string> names;
  if (!state_) return names;
  for (Part& part : state_->parts) {
    if (state_->text_of(part).empty()) names.push_back(describe(part.source));
  }
  return names;
}

bool Secret::is_literal() const {
  if (!state_) return false;
  return std::any_of(state_->parts.begin(), state_->parts.end(), [](const Part& part) {
    return part.source.kind == SecretSource::Kind::kLiteral;
  });
}

bool verify_equal(const Secret& secret, std::string_view given) {
  bool is_equal = false;  // All texts are compared, so that time does not tell which one fitted.
  for (const std::string& text : secret.reveal_all()) is_equal |= equal_constant_time(text, given);
  return is_equal;
}

std::string redact_urls(std::string_view text) {
  return mask_parameters(planted("userinfo-logged") ? std::string(text) : mask_userinfo(text));
}

}  // namespace tt
