"""What the page and the README say about the model: its examples and its table of figures."""

TITLE = {"en": "Sentences with known structure (English and Chinese words)", "zh": "结构已知的句子（中英文单词）"}

EXAMPLES = [
    ("order", "en", "anna loved ben . who was loved ?"),
    ("order", "en", "yesterday ben helped anna at school . who helped someone ?"),
    ("order", "zh", "我 爱过 他 。 谁 被 爱过 ？"),
    ("order", "zh", "他 爱过 我 。 谁 被 爱过 ？"),
    ("agreement", "en", "the keys near the cabinet"),
    ("agreement", "en", "the key that anna found near the cabinets"),
    ("agreement", "zh", "书 ， 小红 在 桌子 旁边 买 了 三"),
    ("agreement", "zh", "猫 ， 小明 说 小红 在 公园 看见 了 两"),
    ("coreference", "en", "maria thanked tom because"),
    ("coreference", "en", "maria annoyed tom at home because"),
    ("coreference", "zh", "玛丽 感谢了 汤姆 ， 因为"),
    ("coreference", "zh", "玛丽 气坏了 汤姆 ， 因为"),
    ("sense", "en", "lucy spoke about the river and the cheese . later the bank"),
    ("sense", "en", "lucy spoke about the money and the cheese . later the bank"),
    ("sense", "zh", "小丽 谈到 了 水果 和 医院 ， 后来 苹果"),
    ("sense", "zh", "小丽 谈到 了 手机 和 医院 ， 后来 苹果"),
    ("copy", "en", "clara smith met david wood in the park . everyone likes clara"),
    ("copy", "en", "clara smith met david wood in the park . everyone likes david"),
    ("copy", "zh", "王 小明 见到 了 李 安娜 ， 大家 都 喜欢 王"),
    ("copy", "zh", "王 小明 见到 了 李 安娜 ， 大家 都 喜欢 李"),
]


def written(text, lang):
    """Words and marks apart by spaces, as people write them: English keeps the spaces between words."""
    if lang == "zh":
        return text.replace(" ", "")
    return text.replace(" .", ".").replace(" ?", "?")


def reference_examples():
    """(text, the same with its words apart): one in each language, for reference.json."""
    first = {lang: text for _, lang, text in reversed(EXAMPLES)}
    return [(written(text, lang), text) for lang, text in first.items()]


def page_info(heads):
    """config.json's "attention_playground": the example whose best head in its language matches best comes first."""
    score = {
        (entry["name"], lang): best["score"] for entry in heads["phenomena"] for lang, best in entry["best_by_language"].items()
    }
    ordered = sorted(EXAMPLES, key=lambda example: -score[example[:2]])
    examples = [{"text": written(text, lang), "lang": lang, "phenomenon": phenomenon} for phenomenon, lang, text in ordered]
    return {"title": TITLE, "languages": ["en", "zh"], "examples": examples}


def summary(heads):
    """The figures that the README quotes: for each phenomenon, over both languages and in each."""
    found = {"links": heads["links"]}
    for entry in heads["phenomena"]:
        for group, best in (("", entry["best"]), *((f".{lang}", best) for lang, best in entry["best_by_language"].items())):
            others = min(best["others_without"].values())
            kept = ("accuracy", "layer", "head", "score", "accuracy_without", "clean")
            found[entry["name"] + group] = {**{key: best[key] for key in kept}, "others_without": others}
    return found


def readme_table(heads):
    """The README's table of figures, in Markdown."""
    found = summary(heads)
    lines = [
        f"{found.pop('links')} decisive words of unseen sentences.", "",
        "| phenomenon | right | best head | score | right without it | others without it, lowest | clean |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, entry in found.items():
        accuracy, after, others = (f"{100 * entry[key]:.1f} %" for key in ("accuracy", "accuracy_without", "others_without"))
        head, clean = f"layer {entry['layer']}, head {entry['head']}", "yes" if entry["clean"] else "no"
        lines.append(f"| {name} | {accuracy} | {head} | {entry['score']:.2f} | {after} | {others} | {clean} |")
    return "\n".join(lines)


def print_table(heads):
    """Every head: score / accuracy without it, a column for each phenomenon; then the summary."""
    names = [entry["name"] for entry in heads["phenomena"]]
    print("score / accuracy without | " + " | ".join(names))
    for layer, (scores, without) in enumerate(zip(heads["scores"], heads["without"])):
        for head, (score, after) in enumerate(zip(scores, without)):
            cells = " | ".join(
                f"{score[name]:.2f} ({score[f'{name}.en']:.2f}, {score[f'{name}.zh']:.2f}) / {after[name]:.2f}" for name in names
            )
            print(f"layer {layer} head {head} | {cells}")
    print(readme_table(heads).split("\n", 2)[2], flush=True)  # without the line that says whose words these are
