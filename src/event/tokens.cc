// simdjson's first stage, and only that: its second stage would unescape and convert what we keep
// byte for byte. The stage comes out of the shared library, which picks the instructions at run
// time, so this file needs no -march of its own.
// SPDX-License-Identifier: Apache-2.0
#include "event/tokens.h"

#include <simdjson.h>

#include <algorithm>

namespace tt::event {
namespace {

constexpr std::size_t kCapacityKept = 1u << 20;
constexpr std::size_t kCapacityMin = 1u << 12;

}  // namespace

struct Tokenizer::State {
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
};

Tokenizer::Tokenizer() : state_(std::make_unique<State>()) {}
Tokenizer::~Tokenizer() = default;

bool Tokenizer::scan(std::string_view text, Tokens& tokens) {
  tokens = {text, nullptr, 0};
  auto& parser = state_->parser;
  if (!parser || parser->capacity() <= text.size()) {
    const std::size_t capacity = std::max(text.size() + text.size() / 2 + 1, kCapacityMin);
    parser.reset();
    const auto error = simdjson::get_active_implementation()->create_dom_parser_implementation(
        capacity, 1, parser);
    if (error != simdjson::SUCCESS) return false;
  }
  static constexpr std::uint32_t kNothing[1]{0};
  tokens.begins = kNothing;
  if (text.empty()) return true;
  const auto error = parser->stage1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    simdjson::stage1_mode::regular);
  if (error == simdjson::EMPTY) return true;
  if (error != simdjson::SUCCESS) return false;
  tokens.count = parser->n_structural_indexes;
  parser->structural_indexes[tokens.count] = static_cast<std::uint32_t>(text.size());
  tokens.begins = parser->structural_indexes.get();
  return true;
}

void Tokenizer::shrink() {
  if (state_->parser && state_->parser->capacity() > kCapacityKept) state_->parser.reset();
}

Tokenizer& thread_tokenizer() {
  thread_local Tokenizer tokenizer;
  return tokenizer;
}

}  // namespace tt::event
