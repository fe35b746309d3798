;;; findings.el --- Faults are shown and mended -*- lexical-binding: t -*-

(divisi-open "review.dag.yaml")
(divisi-equal major-mode 'divisi-dag-mode "the mode")
(divisi-wait-codes '("unknown-agent"))
(let ((finding (car (flymake-diagnostics))))
  (divisi-equal (buffer-substring-no-properties (flymake-diagnostic-beg finding) (flymake-diagnostic-end finding))
                "code-reviewr" "it stands under the name")
  (divisi-contains (flymake-diagnostic-text finding) "code-reviewer" "it names what was meant"))

;; The mend that the server offers.
(divisi-after "code-rev")
(divisi-act "Change to `code-reviewer`" "quickfix")
(divisi-equal (divisi-line 7) "    agent: code-reviewer" "the name is mended")
(divisi-wait-codes nil)

;; A cycle, typed, comes and goes.
(divisi-after "echo mapped")
(insert "\n    depends_on: [review]")
(divisi-wait-codes '("cycle"))
(delete-region (line-beginning-position) (1+ (line-end-position)))
(divisi-wait-codes nil)

(divisi-stop)
