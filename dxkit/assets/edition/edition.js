// How does a notebook's page answer to choices and typed answers without Python?
// All results were computed beforehand; texts of tables entered the page as inert HTML (see dxkit.show and dxkit.maps).
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("dxkit-data").textContent);
  const element = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // a text is a list of numbered pieces: "0-755,900"
  const join = (numbers) => numbers.split(",").map((part) => {
    const [low, high] = part.split("-").map(Number);
    return data.pieces.slice(low, (high === undefined ? low : high) + 1).join("");
  }).join("");

  // in a room's frame this page can keep and send nothing itself: it tells the page around it, which hands over as the
  // window's name what it remembers
  const isFramed = window.parent !== window && location.protocol.startsWith("http");
  const tell = (words) => {
    if (isFramed) window.parent.postMessage(words, new URL(location.href).origin);
  };
  const readMemory = () => {
    try {
      return isFramed ? JSON.parse(window.name) : {};
    } catch {
      return {};
    }
  };
  const memory = readMemory();

  // what may be remembered from one day to the next; a browser may refuse
  const keep = (key, value) => {
    tell({ keep: [key, value] });
    try {
      localStorage.setItem(`dxkit-${key}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  };
  const recall = (key) => {
    if (key in memory) return memory[key];
    try {
      return JSON.parse(localStorage.getItem(`dxkit-${key}`));
    } catch {
      return null;
    }
  };

  const strip = (text, letters) => {
    let [from, to] = [0, text.length];
    while (from < to && letters.includes(text[from])) from += 1;
    while (to > from && letters.includes(text[to - 1])) to -= 1;
    return text.slice(from, to);
  };

  // what people write around an answer: quotes, 答えは, だと思います
  const stripManners = (rule, typed) => {
    const text = typed.normalize("NFKC").replace(/\s/gu, "");
    const [about, polite] = [new RegExp(rule.about, "u"), new RegExp(rule.polite, "u")];
    const plain = strip(strip(text, rule.brackets).replace(about, "").replace(polite, ""), rule.brackets);
    // of what is nothing but manners everything stays
    return plain.replace(polite, "") || text;
  };

  // ---------- typed answers: the tables and patterns come from dxkit.widgets, only the walk through them is here
  const reader = (rule) => {
    const pattern = (name, flags = "u") => new RegExp(rule[name], flags);
    const number = pattern("number", "uy");

    const split = (text) => {
      let [total, section, value, any, at] = [0, 0, null, false, 0];
      const letters = text;
      while (at < letters.length) {
        const letter = letters[at];
        number.lastIndex = at;
        const match = number.exec(letters);
        if (match) {
          if (value !== null) break;
          value = Number.parseFloat(match[0]);
          at += match[0].length - 1;
        } else if (letter in rule.digits) {
          value = (value ?? 0) * 10 + Number(rule.digits[letter]);
        } else if (letter in rule.tens) {
          section += (value ?? 1) * rule.tens[letter];
          value = null;
        } else if (letter in rule.myriads && (any || value !== null)) {
          total += (section + (value ?? 0)) * rule.myriads[letter];
          [section, value] = [0, null];
        } else break;
        any = true;
        at += 1;
      }
      return [any ? total + section + (value ?? 0) : null, letters.slice(at)];
    };

    const sameUnit = (typed, asked) => {
      const [low, wanted] = [typed.toLowerCase(), asked.toLowerCase()];
      if (!asked || rule.any.includes(typed) || low === wanted) return true;
      return rule.same.some((units) => units.includes(low) && units.includes(asked));
    };

    // the number, or an object that says in words why it is none
    return (typed, unit) => {
      let text = stripManners(rule, typed);
      const minus = pattern("minus").test(text);
      const sign = minus ? -1 : 1;
      text = text.replace(pattern("minus"), "").replace(pattern("grouped", "gu"), "");
      const [value, behind] = split(text);
      // 24（市町）
      const rest = strip(behind, rule.brackets);
      if (value === null) return { words: rule.no_number };
      const asked = unit.normalize("NFKC");
      if (rest.startsWith("割") && (rule.percent.includes(asked) || !asked)) {
        const digits = Object.keys(rule.digits).join("");
        const part = new RegExp(`^割(?:([0-9${digits}])分)?$`, "u").exec(rest);
        if (part) return sign * (value * rule.per_tenth + Number(rule.digits[part[1]] ?? part[1] ?? 0));
      }
      if (!rule.units.includes(rest.toLowerCase()) && rest !== asked) return { words: rule.one_number };
      if (!sameUnit(rest, asked)) return { words: rule.other_unit.replace("{}", unit) };
      return sign * value;
    };
  };

  const fold = (text) => {
    let plain = text.normalize("NFKC").replace(/\s/gu, "").toLowerCase().replace(/[。.]+$/u, "");
    plain = plain.endsWith("です") ? plain.slice(0, -2) : plain;
    return plain.replace(/^[「」"']+|[「」"']+$/gu, "");
  };

  // "right", "wrong", "empty", or words that say what is asked
  const judge = (task, typed) => {
    if (!typed.trim()) return { kind: "empty" };
    if (!task.numbers.length || !task.typed) {
      // an answer may itself end in what is a polite ending elsewhere
      const written = task.typed ? [typed, stripManners(task.rule, typed)] : [typed];
      const plain = written.map(fold);
      return { kind: plain.some((text) => task.texts.includes(text) || task.names.includes(text)) ? "right" : "wrong" };
    }
    const value = reader(task.rule)(typed, task.unit);
    if (typeof value === "object") return { kind: "other", words: value.words };
    const near = (one, other) => Math.abs(one - other) <= task.tolerance + task.rule.rounding * Math.max(1, Math.abs(other));
    if (task.numbers.some((other) => near(value, other))) return { kind: "right" };
    const percent = task.rule.percent.includes(task.unit.normalize("NFKC"));
    if (percent && task.numbers.some((other) => near(100 * value, other))) return { kind: "other", words: task.words.percent };
    return { kind: "wrong" };
  };

  // the place of the choice that was written in words or as a number, or -1
  const readChoice = (task, typed) => {
    const exact = task.choices.indexOf(typed);
    if (exact >= 0) return exact;
    const plain = [typed, stripManners(task.rule, typed)].map(fold);
    const near = task.spellings.flatMap((words, at) => (plain.some((text) => words.includes(text)) ? [at] : []));
    if (near.length === 1) return near[0];
    const place = task.places ? reader(task.rule)(typed, "番") : 0;
    return Number.isInteger(place) && place >= 1 && place <= task.choices.length ? place - 1 : -1;
  };

  const verdict = (task, typed, state) => {
    const { kind, words } = judge(task, typed);
    if (kind === "wrong") state.tries += 1;
    if (kind === "right") state.solved = true;
    state.typed = typed;
    return write(task, kind, words, state.tries);
  };
  const write = (task, kind, words, tries) => {
    if (kind === "empty" || kind === "right") return task.words[kind];
    if (kind === "other") return task.words.other.replace("{}", () => element("i", "", words).innerHTML);
    return task.words.wrong[Math.max(0, Math.min(tries, task.words.wrong.length) - 1)];
  };

  const exercise = (task, id) => {
    const box = element("form", "exercise");
    const question = element("p", "question");
    question.append(element("b", "", "問い"), `　${task.question}`);
    const answer = element("div", task.choices ? "" : "answer");
    const button = element("button", "", "答え合わせ");
    const shown = element("div", "verdict");
    shown.setAttribute("aria-live", "polite");
    const state = recall(task.key) ?? { typed: "", tries: 0, solved: false };
    const input = element("input");
    Object.assign(input, { type: "text", size: 16, autocomplete: "off" });
    let read;
    if (task.choices) {
      const radios = task.choices.map((choice) => {
        const label = element("label");
        const radio = element("input");
        Object.assign(radio, { type: "radio", name: task.key, value: choice, checked: state.typed === choice });
        // a tick overrules what was written before
        radio.addEventListener("change", () => { input.value = ""; });
        label.append(radio, ` ${choice}`);
        answer.append(label);
        return radio;
      });
      input.placeholder = "番号や言葉で書いてもよい";
      // half-width letters: the whole invitation can be read
      input.size = 26;
      input.setAttribute("aria-label", `答え（${input.placeholder}）`);
      answer.append(input);
      // what was written is ticked, so that it is seen what was understood; null where it is none of them
      read = () => {
        if (input.value.trim()) {
          const at = readChoice(task, input.value);
          if (at < 0) return null;
          radios[at].checked = true;
          input.value = "";
        }
        return answer.querySelector("input:checked")?.value ?? "";
      };
    } else {
      input.value = state.typed;
      input.setAttribute("aria-label", task.unit ? `答え（${task.unit}）` : "答え");
      input.placeholder = task.unit ? `数を入力（${task.unit}）` : "答えを入力";
      answer.append(input, task.unit);
      read = () => input.value;
    }
    answer.append(button);
    box.append(question, answer, shown);
    box.addEventListener("submit", (event) => {
      event.preventDefault();
      const typed = read();
      if (typed === null) {
        shown.innerHTML = task.one_choice;
        return;
      }
      shown.innerHTML = verdict(task, typed, state);
      keep(task.key, state);
      if (state.solved || state.tries) tell({ exercise: { id, state: state.solved ? "solved" : "tried" } });
    });
    if (state.typed) {
      const { kind, words } = judge(task, state.typed);
      shown.innerHTML = write(task, kind, words, state.tries);
    }
    return box;
  };

  // ---------- results at the main positions of a widget
  const choice = (still) => {
    const box = element("div", "choice");
    const places = still.axes.map((axis) => axis.start);
    const result = element("div", "choice-result");
    result.setAttribute("aria-live", "polite");
    const draw = () => {
      result.innerHTML = join(still.at[places.join(",")]);
      fill(result);
    };
    still.axes.forEach((axis, at) => {
      const group = element("fieldset");
      group.append(element("legend", "", axis.label));
      axis.options.forEach((words, place) => {
        const button = element("button", "", words);
        button.type = "button";
        button.setAttribute("aria-pressed", String(place === axis.start));
        button.addEventListener("click", () => {
          places[at] = place;
          group.querySelectorAll("button").forEach((other, number) => other.setAttribute("aria-pressed", String(number === place)));
          draw();
        });
        group.append(button);
      });
      box.append(group);
    });
    if (still.fixed.length) box.append(element("p", "fixed", `ここでは変えられないもの: ${still.fixed.join("、")}`));
    box.append(result);
    draw();
    return box;
  };

  const fill = (root) => {
    root.querySelectorAll("iframe[data-pieces]").forEach((frame) => {
      frame.srcdoc = join(frame.dataset.pieces);
      frame.removeAttribute("data-pieces");
    });
    root.querySelectorAll("script.dxkit-choice").forEach((block) => block.replaceWith(choice(JSON.parse(block.textContent))));
    root.querySelectorAll("script.dxkit-exercise").forEach((block) => {
      const id = block.closest("[data-id]")?.dataset.id ?? "";
      block.replaceWith(exercise(JSON.parse(block.textContent), id));
    });
  };

  // ---------- one's own municipality
  const towns = () => {
    const select = document.getElementById("dxkit-town");
    if (!select) return;
    const cells = Object.fromEntries([...document.querySelectorAll(".results[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
    const first = Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, cell.innerHTML]));
    const shown = {};
    const show = () => {
      const variant = data.towns[select.value] ?? {};
      data.changing.forEach((name) => {
        const numbers = variant[name] ?? "";
        // what is the same for both is left alone
        if ((shown[name] ?? "") === numbers) return;
        cells[name].innerHTML = numbers ? join(numbers) : first[name];
        shown[name] = numbers;
        fill(cells[name]);
      });
      document.querySelectorAll(".stays").forEach((note) => { note.hidden = select.value === data.town; });
    };
    data.fixed.forEach((name) => {
      const words = `この図の太い線は${data.town}のままです（選んだ市町の線は、ほかの地図に出ます）。`;
      const note = element("p", "stays", words);
      note.hidden = true;
      cells[name].before(note);
    });
    const before = recall("town");
    if (before && data.towns[before]) select.value = before;
    select.addEventListener("change", () => {
      keep("town", select.value);
      show();
    });
    return show;
  };

  if (isFramed) {
    document.addEventListener("click", (event) => {
      const address = event.target.closest?.("a[href]")?.getAttribute("href");
      if (!address || address.startsWith("#")) return;
      event.preventDefault();
      tell({ open: address });
    });
  }
  const show = towns();
  fill(document);
  if (show) show();
  window.dxkit = { judge, readChoice };
  document.body.dataset.ready = "true";
})();
