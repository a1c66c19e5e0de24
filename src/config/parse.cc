// Walks Nodes and type descriptions together; knows no option type itself.
// SPDX-License-Identifier: Apache-2.0
#include "config/parse.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "config/traps.h"

namespace tt::config {
namespace {

char* at(void* value, std::size_t position) { return static_cast<char*>(value) + position; }

std::string expected(const TypeInfo& type) {
  switch (type.form) {
    case Form::kEnum: {
      std::vector<std::string> words;
      for (const EnumWord& word : type.words) words.push_back("`" + std::string(word.word) + "`");
      return "one of " + join(words, ", ");
    }
    case Form::kMap:
    case Form::kStruct:
      return "a map";
    case Form::kList:
      return "a list";
    case Form::kOptional:
    case Form::kLocated:
      return expected(type.inner());
    case Form::kLeaf:
      break;
  }
  return std::string(type.name);
}

/// `team=dba` where `{team: dba}` is wanted. What may be a secret is not repeated.
std::string map_of(std::string_view text, const TypeInfo& type) {
  const std::size_t equals = text.find('=');
  const std::string_view name = trim(text.substr(0, equals));
  if (equals == text.npos || name.empty() || name.find(' ') != name.npos || type.inner().is_secret)
    return "write `{name: value}`";
  return "write `{" + std::string(name) + ": " + std::string(trim(text.substr(equals + 1))) + "}`";
}

/// What a map must hold; empty: nothing, or the type is none.
std::string required_keys(const Node& node, const TypeInfo& type) {
  if (type.form == Form::kMap && node.is_scalar()) return map_of(node.text, type);
  if (type.form != Form::kStruct) return {};
  std::vector<std::string> names;
  for (const FieldInfo& field : type.members().fields)
    if (field.is_required) names.push_back(std::string(field.name) + ": ...");
  return names.empty() ? "" : "write `{" + join(names, ", ") + "}`";
}

bool report_type(const Node& node, const TypeInfo& type, ParseContext& context) {
  if (report_hole_or_comment(node, context.files, context.diagnostics)) return false;
  context.diagnostics.error(
      "wrong-type", node.place(),
      "expected " + expected(type) + ", found " + std::string(node.described()),
      required_keys(node, type));
  return false;
}

bool parse_enum(const Node& node, const TypeInfo& type, void* value, ParseContext& context) {
  if (!node.is_scalar()) return report_type(node, type, context);
  std::vector<std::string_view> words;
  for (const EnumWord& word : type.words) {
    if (word.word == node.text) {
      type.set_word(value, word.value);
      return true;
    }
    words.push_back(word.word);
  }
  const std::string_view near = did_you_mean(node.text, words);
  context.diagnostics.error("bad-value", node.place(),
                            "expected " + expected(type) + ", found `" + node.text + "`",
                            near.empty() ? "" : "did you mean `" + std::string(near) + "`?");
  return false;
}

/// A word where one of the short form or a map is wanted: `auth: open`.
bool report_short_form(const Node& node, const StructInfo& info, ParseContext& context) {
  if (!node.is_scalar()) return false;
  const TypeInfo* words = nullptr;
  std::vector<std::string> maps;
  for (const FieldInfo& field : info.fields) {
    if (field.name == info.short_form)
      words = &unwrapped(field.type());
    else
      maps.push_back("`{" + std::string(field.name) + ": ...}`");
  }
  if (!words || words->form != Form::kEnum || maps.empty()) return false;
  for (const EnumWord& word : words->words)
    if (word.word == node.text) return false;
  const std::string known = expected(*words).substr(std::string_view("one of ").size());
  context.diagnostics.error("bad-value", node.place(),
                            "expected " + known + " or a map, found `" + node.text + "`",
                            "write " + known + ", or " + join(maps, " or "));
  return true;
}

bool parse_list(const Node& node, const TypeInfo& type, void* value, ParseContext& context) {
  if (node.is_null()) return report_type(node, type, context);
  type.clear(value);
  if (!node.is_list()) return parse_value(node, type.inner(), type.add(value, {}), context);
  bool is_good = true;
  for (const Node& item : node.children)
    if (!parse_value(item, type.inner(), type.add(value, {}), context)) is_good = false;
  return is_good;
}

bool parse_map(const Node& node, const TypeInfo& type, void* value, ParseContext& context) {
  if (!node.is_map() || node.is_hole) return report_type(node, type, context);
  type.clear(value);
  bool is_good = true;
  for (const Node& item : node.children)
    if (!parse_value(item, type.inner(), type.add(value, item.key), context)) is_good = false;
  return is_good;
}

bool parse_struct(const Node& node, const TypeInfo& type, void* value, ParseContext& context) {
  const StructInfo& info = type.members();
  const Part part{&info, value};
  if (node.is_map() && !node.is_hole) return parse_parts(node, {&part, 1}, context);
  if (info.short_form.empty() || node.is_null() || node.is_hole)
    return report_type(node, type, context);
  if (report_short_form(node, info, context)) return false;
  Node map;
  map.kind = NodeKind::kMap;
  map.mark = node.mark;
  map.key = node.key;
  map.key_mark = node.key_mark;
  map.children.push_back(node);
  map.children[0].key = info.short_form;
  map.children[0].key_mark = node.mark;
  return parse_parts(map, {&part, 1}, context);
}

bool parse_leaf(const Node& node, const TypeInfo& type, void* value, ParseContext& context) {
  if (!type.takes_maps && !node.is_scalar()) return report_type(node, type, context);
  if (type.is_text && !check_traps(node, TrapTarget::kText, context.files, context.diagnostics))
    return false;
  return type.read(node, value, context);
}

// A map, a struct and a JSON tree may have a member `env` of their own.
bool has_members(const TypeInfo& type) {
  return type.form == Form::kMap || type.form == Form::kStruct || type.has_members;
}

const TypeInfo& innermost(const TypeInfo& type) {
  const TypeInfo* at = &type;
  while (at->form == Form::kOptional || at->form == Form::kLocated || at->form == Form::kList)
    at = &at->inner();
  return *at;
}

}  // namespace

bool parse_value(const Node& given, const TypeInfo& type, void* value, ParseContext& context) {
  if (type.form == Form::kLeaf && type.is_raw) return type.read(given, value, context);
  if (!given.tag.empty() && !given.tag.starts_with("tag:yaml.org,2002:"))
    return check_traps(given, TrapTarget::kText, context.files, context.diagnostics) && false;
  Node storage;
  const Node* node = &given;
  if (type.form != Form::kLocated && type.form != Form::kOptional && !innermost(type).is_secret) {
    if (const Node* resolved =
            resolve_reference(given, has_members(innermost(type)), storage, context)) {
      if (resolved->is_null() && resolved != &given && !resolved->mark.known()) return false;
      node = resolved;
    }
  }
  switch (type.form) {
    case Form::kLocated:
      type.set_mark(value, given.place());
      return parse_value(given, type.inner(), type.add(value, {}), context);
    case Form::kOptional:
      if (given.is_null() && !given.comment.empty() &&
          report_hole_or_comment(given, context.files, context.diagnostics))
        return false;
      type.clear(value);
      if (given.is_null()) return true;
      return parse_value(given, type.inner(), type.add(value, {}), context);
    case Form::kList:
      return parse_list(*node, type, value, context);
    case Form::kMap:
      return parse_map(*node, type, value, context);
    case Form::kStruct:
      return parse_struct(*node, type, value, context);
    case Form::kEnum:
      return parse_enum(*node, type, value, context);
    case Form::kLeaf:
      return parse_leaf(*node, type, value, context);
  }
  return false;
}

void report_unknown_key(const Node& member, std::span<const std::string_view> known,
                        Diagnostics& diagnostics) {
  const std::string_view near = did_you_mean(member.key, known);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean `" + std::string(near) + "`?";
  } else if (known.size() <= 16) {
    std::vector<std::string> words;
    for (std::string_view name : known) words.push_back("`" + std::string(name) + "`");
    hint = "known here: " + join(words, ", ");
  }
  diagnostics.error("unknown-key", member.key_mark, "unknown key `" + member.key + "`",
                    std::move(hint));
}

namespace {

// Every leaf of a value, through optionals and lists, but not into maps and structs of their own.
template <class F>
void for_each_leaf(const TypeInfo& type, const void* value, const F& visit) {
  if (type.form == Form::kLeaf) return visit(type, value);
  if (type.form != Form::kOptional && type.form != Form::kLocated && type.form != Form::kList)
    return;
  for (std::size_t i = 0; const void* item = type.item(value, i, nullptr); ++i)
    for_each_leaf(type.inner(), item, visit);
}

bool check_limits(const FieldInfo& field, const void* value, const Node& node,
                  ParseContext& context) {
  bool is_good = true;
  const TypeInfo& type = field.type();
  if (field.must_not_be_empty && (type.form == Form::kList || type.form == Form::kMap) &&
      !type.item(value, 0, nullptr)) {
    context.diagnostics.error("bad-value", node.place(),
                              "`" + std::string(field.name) + "` must not be empty");
    return false;
  }
  for_each_leaf(type, value, [&](const TypeInfo& leaf, const void* item) {
    if (field.must_not_be_empty && leaf.is_empty && leaf.is_empty(item)) {
      context.diagnostics.error("bad-value", node.place(),
                                "`" + std::string(field.name) + "` must not be empty");
      is_good = false;
    }
    if (!leaf.number) return;
    const double number = leaf.number(item);
    const bool is_low = number < field.minimum;
    if (!is_low && number <= field.maximum) return;
    context.diagnostics.error("out-of-range", node.place(),
                              "`" + std::string(field.name) + "` must be at " +
                                  (is_low ? "least " : "most ") +
                                  leaf.show_number(is_low ? field.minimum : field.maximum));
    is_good = false;
  });
  return is_good;
}

void bind_value(const TypeInfo& type, void* value, const ParseContext& context);

void bind_defaults(const StructInfo& info, void* value, const ParseContext& context) {
  for (const FieldInfo& field : info.fields)
    bind_value(field.type(), at(value, field.position), context);
}

// Only types that hold templates are walked; a type may hold itself, so containers are entered only
// as far as there are items.
void bind_value(const TypeInfo& type, void* value, const ParseContext& context) {
  if (type.form == Form::kLeaf) {
    if (type.bind) type.bind(value, context);
  } else if (type.form == Form::kStruct) {
    bind_defaults(type.members(), value, context);
  } else if (type.item) {
    for (std::size_t i = 0; const void* item = type.item(value, i, nullptr); ++i)
      bind_value(type.inner(), const_cast<void*>(item), context);
  }
}

struct Target {
  const FieldInfo* field;
  void* value;
  bool is_given = false;
};

void collect(const StructInfo& info, void* value, std::vector<Target>& targets) {
  for (const FieldInfo& field : info.fields) {
    void* member = at(value, field.position);
    if (field.is_inlined)
      collect(field.type().members(), member, targets);
    else
      targets.push_back({&field, member});
  }
}

void run_checks(const StructInfo& info, void* value, const Node& map, ParseContext& context) {
  if (info.set_mark) info.set_mark(value, map.place());
  for (const FieldInfo& field : info.fields)
    if (field.is_inlined)
      run_checks(field.type().members(), at(value, field.position), map, context);
  if (!info.check) return;
  if (const Status status = info.check(value); !status.ok())
    context.diagnostics.error("conflict", map.key_mark.known() ? map.key_mark : map.place(),
                              status.error().text);
}

void report_missing(const FieldInfo& field, const Node& map, ParseContext& context) {
  std::string hint(field.doc);
  if (!field.sample.empty())
    hint += "\n" + std::string(field.name) + ": " + std::string(field.sample);
  context.diagnostics.error("missing-key", map.key_mark.known() ? map.key_mark : map.place(),
                            "`" + std::string(field.name) + "` is required", std::move(hint));
}

}  // namespace

bool parse_parts(const Node& map, std::span<const Part> parts, ParseContext& context,
                 std::span<const std::string_view> others) {
  const std::size_t errors = context.diagnostics.count(Severity::kError);
  std::vector<Target> targets;
  for (const Part& part : parts) collect(*part.info, part.value, targets);
  if (!map.is_map() && !map.is_null()) {
    context.diagnostics.error("wrong-type", map.place(),
                              "expected a map, found " + std::string(map.described()));
    return false;
  }
  for (const Node& member : map.children) {
    const auto found = std::find_if(targets.begin(), targets.end(), [&](const Target& target) {
      return target.field->name == member.key;
    });
    if (found == targets.end()) {
      if (std::find(others.begin(), others.end(), member.key) != others.end()) continue;
      std::vector<std::string_view> known;
      for (const Target& target : targets) known.push_back(target.field->name);
      known.insert(known.end(), others.begin(), others.end());
      report_unknown_key(member, known, context.diagnostics);
      continue;
    }
    found->is_given = true;
    const FieldInfo& field = *found->field;
    if (!field.replaced_by.empty())
      context.diagnostics.warning("deprecated", member.key_mark,
                                  "`" + member.key + "` is deprecated",
                                  "write `" + std::string(field.replaced_by) + "`");
    if (parse_value(member, field.type(), found->value, context))
      check_limits(field, found->value, member, context);
  }
  for (const Target& target : targets) {
    if (target.is_given) continue;
    if (target.field->is_required) report_missing(*target.field, map, context);
    bind_value(target.field->type(), target.value, context);
  }
  const bool is_good = context.diagnostics.count(Severity::kError) == errors;
  // Rules across options only make sense over options that could be read.
  if (is_good)
    for (const Part& part : parts) run_checks(*part.info, part.value, map, context);
  return context.diagnostics.count(Severity::kError) == errors;
}

}  // namespace tt::config
