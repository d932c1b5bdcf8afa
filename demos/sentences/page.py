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
    ("agreement", "zh", "汽车 旁边 的 猫 ， 小明 看见 了 两"),
    ("coreference", "en", "maria thanked tom because"),
    ("coreference", "en", "maria annoyed tom at home because"),
    ("coreference", "zh", "玛丽 感谢了 汤姆 ， 因为"),
    ("coreference", "zh", "玛丽 气坏了 汤姆 ， 因为"),
    ("sense", "en", "lucy spoke about the river and the cheese . then we saw a bank with"),
    ("sense", "en", "lucy spoke about the money and the cheese . then we saw a bank with"),
    ("sense", "zh", "小丽 谈到 了 水果 和 医院 ， 后来 我们 看见 了 苹果 和"),
    ("sense", "zh", "小丽 谈到 了 手机 和 医院 ， 后来 我们 看见 了 苹果 和"),
    ("copy", "en", "clara smith met david wood in the park . everyone likes clara"),
    ("copy", "en", "clara smith met david wood in the park . everyone likes david"),
    ("copy", "zh", "王 小明 见到 了 李 安娜 ， 大家 都 喜欢 王"),
    ("copy", "zh", "王 小明 见到 了 李 安娜 ， 大家 都 喜欢 李"),
]


def page_info(heads):
    """config.json's "attention_playground": the phenomenon whose best head matches best comes first."""
    score = {entry["name"]: entry["best"]["score"] for entry in heads["phenomena"]}
    ordered = sorted(EXAMPLES, key=lambda example: -score[example[0]])
    examples = [{"text": text, "lang": lang, "phenomenon": phenomenon} for phenomenon, lang, text in ordered]
    return {"title": TITLE, "languages": ["en", "zh"], "examples": examples}


def summary(heads):
    """The figures that the README quotes, flat."""
    found = {"sentences": heads["sentences"]}
    for entry in heads["phenomena"]:
        best = entry["best"]
        found[entry["name"]] = {
            "accuracy": entry["accuracy"], **entry["accuracy_by_language"], "layer": best["layer"], "head": best["head"],
            "score": best["score"], "without": best["accuracy_without"],
            "others_without": min(best["others_without"].values()), "clean": best["clean"],
        }  # fmt: skip
    return found


def readme_table(heads):
    """The README's table of figures, in Markdown."""
    found = summary(heads)
    lines = [
        f"{found.pop('sentences')} held-out sentences.", "",
        "| phenomenon | right (en, zh) | best head | score | right without it | others without it, lowest | clean |",
        "|---|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, entry in found.items():
        percent = {key: f"{100 * entry[key]:.1f} %" for key in ("accuracy", "en", "zh", "without", "others_without")}
        right = f"{percent['accuracy']} ({percent['en']}, {percent['zh']})"
        head = f"layer {entry['layer']}, head {entry['head']}"
        clean = "yes" if entry["clean"] else "no"
        cells = [name, right, head, f"{entry['score']:.2f}", percent["without"], percent["others_without"], clean]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def print_table(heads):
    names = [entry["name"] for entry in heads["phenomena"]]
    print("score / accuracy without | " + " | ".join(names))
    for layer, (scores, without) in enumerate(zip(heads["scores"], heads["without"])):
        for head, (score, after) in enumerate(zip(scores, without)):
            cells = " | ".join(f"{score[name]:.2f} / {after[name]:.3f}" for name in names)
            print(f"layer {layer} head {head} | {cells}")
    for entry in heads["phenomena"]:
        print(entry["name"], entry["accuracy"], entry["accuracy_by_language"], entry["best"])
