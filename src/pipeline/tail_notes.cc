// Its JSON, written whole or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "pipeline/tail_notes.h"

#include <boost/json/value.hpp>
#include <charconv>

#include "base/log.h"
#include "portals/kit/json.h"

namespace tt::pipeline {
namespace {

constexpr std::size_t kTailsBytesMax = 256u << 20;  // Ten thousand files an entry, long paths.

struct NumberMember {
  const char* name;
  std::uint64_t net::TailPosition::*member;
};
// As texts: numbers of JSON are not sure to hold 64 bits.
constexpr NumberMember kNumbers[] = {{"device", &net::TailPosition::device},
                                     {"inode", &net::TailPosition::inode},
                                     {"offset", &net::TailPosition::offset},
                                     {"head_hash", &net::TailPosition::head_hash}};

bool read_number(std::string_view text, std::uint64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

bool read_position(const boost::json::value& json, net::TailPosition& position) {
  position.path = portals::text_at(json, "path");
  position.first_path = portals::text_at(json, "first_path");
  position.real_path = portals::text_at(json, "real_path");
  const std::int64_t head_bytes = portals::int_at(json, "head_bytes", -1);
  if (head_bytes < 0 || head_bytes > std::int64_t{net::TailedFile::kHeadBytesMax}) return false;
  position.head_bytes = static_cast<std::uint32_t>(head_bytes);
  for (const NumberMember& number : kNumbers)
    if (!read_number(portals::text_at(json, number.name), position.*number.member)) return false;
  // Older releases did not write it.
  const std::string_view first = portals::text_at(json, "first_number");
  if (!first.empty() && !read_number(first, position.first_number)) return false;
  return !position.path.empty();
}

}  // namespace

std::string encode_tails(const AllTailNotes& notes) {
  portals::JsonWriter json;
  json.map().key("entries").list();
  for (const auto& [entry, note] : notes) {
    json.map().key("entry").text(entry).key("patterns").list();
    for (const std::string& pattern : note.patterns) json.text(pattern);
    json.end().key("files").list();
    for (const net::TailPosition& file : note.files) {
      json.map().key("path").text(file.path);
      json.some("first_path", file.first_path).some("real_path", file.real_path);
      if (file.first_number != 0) json.key("first_number").text(std::to_string(file.first_number));
      json.key("head_bytes").number(file.head_bytes);
      for (const NumberMember& number : kNumbers)
        json.key(number.name).text(std::to_string(file.*number.member));
      json.end();
    }
    json.end().end();
  }
  return json.end().end().take();
}

Result<AllTailNotes> decode_tails(std::string_view text) {
  const auto json = portals::parse_json(text);
  const auto* entries = json ? portals::list_at(*json, "entries") : nullptr;
  if (!entries) return corrupt("it is damaged");
  AllTailNotes all;
  for (const boost::json::value& entry : *entries) {
    net::TailNotes& notes = all[std::string(portals::text_at(entry, "entry"))];
    if (const auto* patterns = portals::list_at(entry, "patterns"))
      for (const boost::json::value& pattern : *patterns)
        notes.patterns.emplace_back(portals::text_at(pattern, ""));
    const auto* files = portals::list_at(entry, "files");
    if (!files) return corrupt("it is damaged");
    for (const boost::json::value& file : *files)
      if (!read_position(file, notes.files.emplace_back())) return corrupt("it is damaged");
  }
  return all;
}

const AllTailNotes& TailFile::restore() {
  if (!disk_.exists(path_)) return kept_;
  const auto text = read_file(disk_, path_, kTailsBytesMax);
  auto notes = text.ok() ? decode_tails(*text) : Result<AllTailNotes>(text.error());
  if (notes.ok())
    kept_ = *std::move(notes);
  else
    log::error("how far files were read is not known: `from` says where each begins",
               {{"file", path_}, {"error", notes.error().text}});
  return kept_;
}

void TailFile::keep(AllTailNotes notes) {
  if (notes == kept_) return;
  const Status kept = write_file(disk_, path_, encode_tails(notes) + "\n");
  if (kept.ok())
    kept_ = std::move(notes);
  else if (!is_failing_)
    log::warning("how far files are read is not noted: a restart reads lines again",
                 {{"error", kept.error().text}});
  is_failing_ = !kept.ok();
}

}  // namespace tt::pipeline
