;;; run.el --- A DAG is run, and what failed is a finding -*- lexical-binding: t -*-

(divisi-open "pipeline.dag.yaml")
(divisi-wait-codes nil)

;; Not trusted: the question names the programs, and a no means no.
(let (asked)
  (cl-letf (((symbol-function 'completing-read)
             (lambda (prompt &rest _) (setq asked prompt) "Cancel")))
    (divisi-contains (divisi-refusal #'divisi-run) "is not trusted" "the refusal"))
  (divisi-contains asked "cat first.txt" "the question shows the programs"))
(divisi-equal (file-exists-p "first.txt") nil "nothing ran")

;; Trusted: it runs, with an argument, and what fails is a finding.
(divisi-execute "divisi.server.trust" (list :uri (eglot-path-to-uri buffer-file-name)))
(divisi-run "word=bonjour")
(divisi-wait-codes '("node-failed"))
(divisi-equal (with-temp-buffer (insert-file-contents "first.txt") (buffer-string)) "bonjour\n" "the argument")

;; Mended, it succeeds, and the finding goes.
(write-region "" nil "allowed")
(divisi-run)
(divisi-wait-codes nil)
(divisi-wait "the end" (lambda () (file-exists-p "ended")))

(divisi-stop)
