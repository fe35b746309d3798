;;; changes.el --- Names are changed everywhere and files formatted -*- lexical-binding: t -*-

(divisi-open "review.dag.yaml")
(divisi-wait-codes nil)

;; Nothing is renamed before the whole workspace is known.
(divisi-after "agent: code-rev")
(divisi-wait-definition "code-reviewer.md")

;; A node, with its uses; one of them behind an emoji.
(divisi-after "id: ma")
(eglot-rename "scan")
(divisi-equal (divisi-line 3) "  - id: scan" "the declaration")
(divisi-equal (divisi-line 8) "    prompt: \"😀 Review {{ nodes.scan.outputs.stdout }}\"" "the template")
(divisi-equal (divisi-line 9) "    depends_on: [scan]" "the dependency")
(divisi-wait-codes nil)

;; An agent, across files.
(divisi-after "agent: code-rev")
(eglot-rename "critic")
(divisi-equal (divisi-line 7) "    agent: critic" "the use")
(with-current-buffer (find-file-noselect "other.dag.yaml")
  (divisi-equal (divisi-line 4) "    agent: critic" "the use in another file"))
(with-current-buffer (find-file-noselect ".claude/agents/code-reviewer.md")
  (divisi-equal (divisi-line 2) "name: critic" "the declaration in the agent's file"))

;; What cannot be is refused with the reason.
(divisi-after "id: sca")
(divisi-contains (divisi-refusal (lambda () (eglot-rename "review"))) "review" "a taken name")

;; Formatting: the whole, then all safe mends.
(divisi-after "name: review")
(replace-match "name:    review")
(eglot-format-buffer)
(divisi-equal (divisi-line 1) "name: review # 😀 עברית" "formatted")
(divisi-after "depends_on")
(replace-match "needs")
(eglot--signal-textDocument/didChange)
(divisi-act "Make all safe mends" "source.fixAll")
(divisi-equal (divisi-line 9) "    depends_on: [scan]" "mended")

;; A refactoring: the node that waits goes behind those it waits for.
(divisi-after "nodes:\n")
(insert "  - id: last\n    depends_on: [review]\n    run: [\"true\"]\n")
(eglot--signal-textDocument/didChange)
(divisi-after "nod")
(divisi-act "Sort the nodes: each after those it waits for" "refactor")
(divisi-equal (divisi-line 3) "  - id: scan" "the first node")
(divisi-equal (divisi-line 10) "  - id: last" "the last node")

;; Formatting of a range, and no more.
(divisi-after "name: review")
(replace-match "name:    review")
(divisi-after "    run: [")
(replace-match "    run:    [")
(eglot-format (line-beginning-position) (line-end-position))
(divisi-equal (divisi-line 12) "    run: [\"true\"]" "the range is formatted")
(divisi-equal (divisi-line 1) "name:    review # 😀 עברית" "the rest is as it was")

;; A line break after the key of a list begins the list.
(electric-indent-local-mode -1)
(goto-char (point-max))
(insert "  - id: more\n    depends_on:")
(let ((last-command-event ?\n))
  (newline 1 t))
(divisi-equal (divisi-line 15) "      - " "the list is begun")

(divisi-stop)
