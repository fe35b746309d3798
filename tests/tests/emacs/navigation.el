;;; navigation.el --- What is named is explained, found and listed -*- lexical-binding: t -*-

(divisi-open "review.dag.yaml")
(divisi-wait-codes nil)

(divisi-after "agent: code-rev")
(divisi-wait-definition "code-reviewer.md")
(divisi-contains (divisi-hover) "Reads changes" "the card has the description")
(divisi-contains (divisi-hover) "Grep" "the card has the tools")

(divisi-equal (divisi-definitions) '("code-reviewer.md:2:6") "an agent leads to its file")
(divisi-contains (format "%S" (divisi-references)) "other.dag.yaml:4:11" "uses in other files")
;; Behind an emoji on the same line.
(divisi-after "{{ nodes.m")
(divisi-equal (divisi-definitions) '("review.dag.yaml:3:8") "a template leads to its node")
(divisi-equal (divisi-references) '("review.dag.yaml:3:8" "review.dag.yaml:8:31" "review.dag.yaml:9:17")
              "uses of a node")

;; The uses in sight are painted, beside the hover.
(divisi-after "id: m")
(divisi-hover)
(divisi-wait "the painted uses" (lambda () (= (length eglot--highlights) 3)))

;; Names anywhere in the workspace.
(divisi-contains (format "%S" (divisi-places (xref-backend-apropos 'eglot "other"))) "other.dag.yaml:1:6"
                 "a DAG is found by its name")

;; Completion, through Emacs's own interface to it.
(divisi-after "depends_on: [")
(let ((capf (eglot-completion-at-point)))
  (divisi-equal (nth 0 capf) (point) "completion begins here")
  (divisi-contains (format "%S" (all-completions "" (nth 2 capf))) "map" "a node is offered"))

(let ((names (mapcar #'car (cdr (car (eglot-imenu))))))
  (divisi-contains (format "%S" (eglot-imenu)) "review" (format "a node is a symbol of %S" names)))

;; Hints: painted by a timer of the display, which a batch has none of.
(eglot-inlay-hints-mode 1)
(eglot--update-hints-1 (point-min) (point-max))
(divisi-wait "the hints"
             (lambda ()
               (seq-some (lambda (it) (string-search "level 1/2" (or (overlay-get it 'after-string) "")))
                         (overlays-in (point-min) (point-max)))))

(divisi-stop)
