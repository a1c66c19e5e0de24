// Builds Nodes from the events of yaml-cpp, the only file that knows that library.
// SPDX-License-Identifier: Apache-2.0
#include "config/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <streambuf>
#include <unordered_map>
#include <utility>

#include "config/traps.h"
#include "config/yaml_text.h"

namespace tt::config {
namespace {

constexpr std::size_t kAliasTextBytesMax = 16u << 20;

// yaml-cpp offers no way to stop from inside a handler but an exception; it never leaves this file.
struct Stop {};

// Reads a text in place; the library wants a stream.
class TextBuffer final : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());
    setg(begin, begin, begin + text.size());
  }
};

class Builder final : public YAML::EventHandler {
 public:
  Builder(const Files& files, int file, std::string_view text, Diagnostics& diagnostics)
      : files_(files), diagnostics_(diagnostics), file_(file), text_(text) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (!documents_++) return;
    diagnostics_.error("yaml-documents", mark_of(mark), "a second document starts here",
                       "one file is one document: remove `---`, or use two files");
    throw Stop{};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.mark = mark_of(mark);
    const std::string_view rest = rest_at(mark);
    for (std::string_view word : {"~", "null", "Null", "NULL"})
      if (rest.substr(0, word.size()) == word) node.text = word;
    node.mark.length = static_cast<std::uint32_t>(std::max<std::size_t>(node.text.size(), 1));
    if (node.text.empty()) place_of_nothing(node);
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(NodeKind::kList, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(NodeKind::kMap, mark, tag, anchor, style);
  }
  void OnMapEnd() override { close(); }

  Mark mark_of(const YAML::Mark& mark) const {
    return {file_, static_cast<std::uint32_t>(std::max(mark.line, 0) + 1),
            static_cast<std::uint32_t>(std::max(mark.column, 0) + 1), 1};
  }
  std::optional<Node> take_root() { return std::move(root_); }
  Mark last_place() const { return last_; }
  /// Where the list or map in brackets begins that is being read; else last_place().
  Mark flow_place() const {
    for (const Open& open : stack_)
      if (open.node.is_flow) return open.node.mark;
    return last_;
  }

 private:
  struct Open {
    Node node;
    YAML::anchor_t anchor = 0;
    bool has_key = false;
    bool is_key_bad = false;  // The pending key is a list or a map.
    std::string key;
    Mark key_mark;
    bool is_key_plain = false;
    std::unordered_map<std::string, std::size_t> names;
  };

  std::string_view rest_at(const YAML::Mark& mark) const {
    return mark.pos >= 0 && static_cast<std::size_t>(mark.pos) <= text_.size()
               ? text_.substr(static_cast<std::size_t>(mark.pos))
               : std::string_view();
  }
  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style);
  void close();
  void add(Node node, YAML::anchor_t anchor);
  void place_of_nothing(Node& node) const;
  void remember(YAML::anchor_t anchor, const Node& node);
  void charge_text(const Node& node, const Mark& mark);
  void bad_key(const Node& key);
  void merge(Node& map);
  void charge(std::size_t nodes, const Mark& mark);

  const Files& files_;
  Diagnostics& diagnostics_;
  int file_;
  std::string_view text_;
  std::vector<Open> stack_;
  std::optional<Node> root_;
  std::unordered_map<YAML::anchor_t, Node> anchors_;
  std::size_t nodes_ = 0;
  std::size_t alias_bytes_ = 0;
  int documents_ = 0;
  Mark last_;
};

void Builder::charge(std::size_t nodes, const Mark& mark) {
  nodes_ += nodes;
  if (nodes_ <= kYamlNodesMax) return;
  diagnostics_.error("yaml-aliases", mark,
                     "more than " + std::to_string(kYamlNodesMax) +
                         " values (aliases count as what they stand for)");
  throw Stop{};
}

void Builder::charge_text(const Node& node, const Mark& mark) {
  alias_bytes_ += count_text(node);
  if (alias_bytes_ <= kAliasTextBytesMax) return;
  diagnostics_.error("yaml-aliases", mark,
                     "anchors and aliases stand for more than 16 MiB of text");
  throw Stop{};
}

// The copy counts like an alias: anchors inside anchors would otherwise multiply what is held.
void Builder::remember(YAML::anchor_t anchor, const Node& node) {
  charge(count_nodes(node), node.mark);
  charge_text(node, node.mark);
  anchors_[anchor] = node;
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  Node node;
  node.kind = NodeKind::kScalar;
  node.text = value;
  node.mark = mark_of(mark);
  if (tag != "?" && tag != "!") node.tag = tag;
  const std::string_view whole = rest_at(mark);
  const std::string_view rest = skip_properties(whole);
  // A value that is only a tag is empty text.
  node.style = value.empty() && !node.tag.empty() && tag != "!" ? Style::kPlain : style_at(rest);
  // The library takes the end of the file for the missing quote.
  if ((node.style == Style::kSingle || node.style == Style::kDouble) &&
      quoted_bytes(rest) == std::string_view::npos) {
    if (!report_syntax_trap(node.mark, node.mark, node.mark, files_, diagnostics_))
      diagnostics_.error("yaml-quote", node.mark, "the quote that starts here is never closed");
    throw Stop{};
  }
  const std::size_t bytes = source_bytes(rest, node);
  node.mark.length =
      static_cast<std::uint32_t>(std::max<std::size_t>(whole.size() - rest.size() + bytes, 1));
  if (!node.tag.empty() || anchor) {
    const std::size_t end = std::min(whole.find_first_of(" \t\r\n,]}"), whole.size());
    node.mark.length = static_cast<std::uint32_t>(std::max<std::size_t>(end, 1));
  }
  if (node.style == Style::kPlain && bytes <= rest.size())
    node.comment = comment_at(rest.substr(bytes));
  add(std::move(node), anchor);
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Mark place = mark_of(mark);
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    diagnostics_.error("yaml-aliases", place, "an alias stands inside what it names");
    throw Stop{};
  }
  charge(count_nodes(found->second), place);
  charge_text(found->second, place);
  Node copy = found->second;
  if (copy.is_map() || copy.is_list()) {
    std::size_t depth = 0;
    const auto measure = [&](const auto& self, const Node& node, std::size_t level) -> void {
      depth = std::max(depth, level);
      for (const Node& child : node.children) self(self, child, level + 1);
    };
    measure(measure, copy, 1);
    if (depth + stack_.size() > kYamlDepthMax) {
      diagnostics_.error("yaml-depth", place,
                         "nested deeper than " + std::to_string(kYamlDepthMax));
      throw Stop{};
    }
  }
  copy.alias = place;
  copy.has_anchor = false;
  copy.key.clear();
  const std::string_view rest = rest_at(mark);
  const std::size_t end = rest.find_first_of(" \t\r\n,]}");
  copy.alias->length =
      static_cast<std::uint32_t>(end == std::string_view::npos ? rest.size() : end);
  add(std::move(copy), 0);
}

void Builder::open(NodeKind kind, const YAML::Mark& mark, const std::string& tag,
                   YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  Open opened;
  opened.node.kind = kind;
  opened.node.mark = mark_of(mark);
  opened.node.is_flow = style == YAML::EmitterStyle::Flow;
  opened.node.has_anchor = anchor != 0;
  if (tag != "?" && tag != "!") opened.node.tag = tag;
  opened.anchor = anchor;
  last_ = opened.node.mark;
  if (stack_.size() >= kYamlDepthMax) {
    diagnostics_.error("yaml-depth", opened.node.mark,
                       "nested deeper than " + std::to_string(kYamlDepthMax));
    throw Stop{};
  }
  stack_.push_back(std::move(opened));
}

void Builder::close() {
  Open done = std::move(stack_.back());
  stack_.pop_back();
  if (done.node.kind == NodeKind::kMap) merge(done.node);
  add(std::move(done.node), done.anchor);
}

void Builder::bad_key(const Node& key) {
  diagnostics_.error("yaml-key", key.place(), "a name of a map is " + std::string(key.described()),
                     "names are text");
}

void Builder::add(Node node, YAML::anchor_t anchor) {
  charge(1, node.mark);
  last_ = node.place();
  node.has_anchor = anchor != 0;
  if (!stack_.empty() && stack_.back().node.is_flow) node.is_flow = true;
  if (anchor) remember(anchor, node);
  if (stack_.empty()) {
    root_ = std::move(node);
    return;
  }
  Open& parent = stack_.back();
  if (parent.node.kind == NodeKind::kList) {
    parent.node.children.push_back(std::move(node));
    return;
  }
  if (!parent.has_key) {
    parent.has_key = true;
    parent.is_key_bad = !node.is_scalar() && !(node.is_null() && !node.text.empty());
    // `{{ x }}` is a map whose name is a map: marked, because only the option knows what was meant.
    if (parent.is_key_bad && node.is_map() && node.is_flow && parent.node.is_flow)
      parent.node.is_hole = true;
    else if (parent.is_key_bad)
      bad_key(node);
    parent.key = parent.is_key_bad ? "" : node.text;
    parent.key_mark = node.place();
    parent.is_key_plain = node.is_plain();
    return;
  }
  parent.has_key = false;
  node.key = parent.key;
  node.key_mark = parent.key_mark;
  const bool is_merge = parent.key == "<<" && parent.is_key_plain;
  const auto [at, is_new] = parent.names.try_emplace(parent.key, parent.node.children.size());
  if (!is_new && !parent.is_key_bad) {
    Diagnostic& d = diagnostics_.error(
        "duplicate-key", node.key_mark, "`" + node.key + "` stands here a second time",
        is_merge ? "give `<<` a list: `<<: [*a, *b]`" : "remove one of the two, or rename it");
    d.related_text = "the first one is";
    d.related = parent.node.children[at->second].key_mark;
    return;
  }
  parent.node.children.push_back(std::move(node));
}

// Nothing stands after `name:`; the library's mark is then that of the next token. The place a
// person means is behind the name, where a comment may have swallowed the value.
void Builder::place_of_nothing(Node& node) const {
  if (stack_.empty() || !stack_.back().has_key) return;
  const Open& parent = stack_.back();
  const std::string_view line = files_.line(file_, parent.key_mark.line);
  std::size_t at = parent.key_mark.column - 1 + parent.key_mark.length;
  if (at >= line.size() || line[at] != ':') return;
  node.mark = parent.key_mark;
  node.comment = comment_at(line.substr(at + 1));
  if (node.comment.empty()) return;
  node.mark.column = static_cast<std::uint32_t>(line.size() - node.comment.size() + 1);
  node.mark.length = static_cast<std::uint32_t>(node.comment.size());
}

// `<<: *base` and `<<: [*a, *b]`: what stands beside it wins, then the earlier of the list.
void Builder::merge(Node& map) {
  const auto found = std::find_if(map.children.begin(), map.children.end(),
                                  [](const Node& child) { return child.key == "<<"; });
  if (found == map.children.end()) return;
  const Node merged = std::move(*found);
  map.children.erase(found);
  std::vector<const Node*> maps;
  if (merged.is_map()) maps.push_back(&merged);
  if (merged.is_list())
    for (const Node& item : merged.children) maps.push_back(&item);
  for (const Node* one : maps) {
    if (!one->is_map()) {
      maps.clear();
      break;
    }
  }
  if (maps.empty()) {
    diagnostics_.error("yaml-merge", merged.place(), "`<<` needs a map or a list of maps",
                       "write `<<: *name`");
    return;
  }
  for (const Node* one : maps)
    for (const Node& member : one->children)
      if (!map.find(member.key)) map.children.push_back(member);
}

}  // namespace

std::optional<Node> read_yaml(const Files& files, int file, Diagnostics& diagnostics) {
  const std::string_view text = files.text(file);
  if (!is_readable(file, text, diagnostics)) return std::nullopt;
  Builder builder(files, file, text, diagnostics);
  try {
    TextBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& exception) {
    const Mark mark = builder.mark_of(exception.mark);
    if (!report_syntax_trap(mark, builder.last_place(), builder.flow_place(), files, diagnostics))
      diagnostics.error("yaml-syntax", mark, "this is not YAML: " + exception.msg);
    return std::nullopt;
  } catch (const std::exception& exception) {
    diagnostics.error("yaml-syntax", Mark{file, 1, 1, 1},
                      std::string("this is not YAML: ") + exception.what());
    return std::nullopt;
  }
  std::optional<Node> root = builder.take_root();
  if (!root || root->is_null()) {
    root.emplace();
    root->kind = NodeKind::kMap;
    root->mark = Mark{file, 1, 1, 1};
  }
  std::erase_if(root->children, [](const Node& child) { return child.key.starts_with("x-"); });
  return root;
}

}  // namespace tt::config
