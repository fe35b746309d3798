;;; testlib.el --- Small helpers of the scenarios -*- lexical-binding: t -*-

;; Every wait has a limit and says what it waited for.

(require 'eglot)
(require 'flymake)
(require 'xref)

(setq debug-on-error nil
      make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      eglot-sync-connect 30
      eglot-autoshutdown nil
      eglot-confirm-server-edits nil
      ;; A message that lacks or has what the protocol does not know is an error.
      eglot-strict-mode '(disallow-non-standard-keys enforce-required-keys check-types))

(defun divisi-wait (what condition)
  "Wait until CONDITION returns non-nil; fail with WHAT after 30 s."
  (let ((end (+ (float-time) 30)) value)
    (while (not (setq value (funcall condition)))
      (when (> (float-time) end)
        (error "Waited 30 s for: %s" what))
      (accept-process-output nil 0.02))
    value))

(defun divisi-equal (actual expected what)
  "Fail unless ACTUAL is EXPECTED, which is WHAT."
  (unless (equal actual expected)
    (error "%s:\n  expected %S\n  got      %S" what expected actual)))

(defun divisi-contains (text part what)
  "Fail unless TEXT has PART, which is WHAT."
  (unless (and text (string-search part text))
    (error "%s: %S is not in:\n%s" what part text)))

(defun divisi-open (path)
  "Visit PATH and wait for its server."
  (find-file path)
  (unless (eglot-managed-p)
    (apply #'eglot--connect (eglot--guess-contact)))
  (divisi-wait (format "the server to attach to %s" path) #'eglot-managed-p)
  (flymake-start))

(defun divisi-codes ()
  "Codes of the findings in this buffer, sorted."
  (sort (mapcar (lambda (it)
                  (plist-get (cdr (assq 'eglot-lsp-diag (flymake-diagnostic-data it))) :code))
                (flymake-diagnostics))
        #'string<))

(defun divisi-wait-codes (expected)
  "Wait until the findings in this buffer have the codes EXPECTED."
  (eglot--signal-textDocument/didChange)
  (divisi-wait (format "the findings %S" expected)
               (lambda () (equal (divisi-codes) expected))))

(defun divisi-after (text)
  "Put point right after the first occurrence of TEXT."
  (goto-char (point-min))
  (search-forward text))

(defun divisi-wait-definition (file)
  "Wait until the name at point leads to FILE: agents are read in the background."
  (divisi-wait (format "the way to %s" file)
               (lambda () (string-search file (format "%S" (divisi-definitions))))))

(defun divisi-hover ()
  "What the server says about point."
  (let (said)
    (eglot-hover-eldoc-function (lambda (text &rest _) (setq said (or text ""))))
    (substring-no-properties (divisi-wait "the hover" (lambda () said)))))

(defun divisi-places (items)
  "ITEMS of xref as `file:line:column'."
  (sort (mapcar (lambda (item)
                  (let* ((place (xref-item-location item)) (marker (xref-location-marker place)))
                    (with-current-buffer (marker-buffer marker)
                      (save-excursion
                        (goto-char marker)
                        (format "%s:%d:%d" (file-name-nondirectory buffer-file-name)
                                (line-number-at-pos) (- (point) (line-beginning-position)))))))
                items)
        #'string<))

(defun divisi-definitions ()
  "Where the name at point is defined."
  (divisi-places (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))

(defun divisi-references ()
  "Where the name at point is used."
  (divisi-places (xref-backend-references 'eglot (xref-backend-identifier-at-point 'eglot))))

(defun divisi-act (title kind)
  "Apply the code action of KIND at point that is called TITLE."
  (let* ((actions (eglot-code-actions (point) (point) kind))
         (action (seq-find (lambda (it) (equal (plist-get it :title) title)) actions)))
    (unless action
      (error "No %S among %S" title (mapcar (lambda (it) (plist-get it :title)) actions)))
    (eglot-execute (eglot-current-server) action)))

(defun divisi-refusal (function)
  "The message of the error that FUNCTION ends with."
  (condition-case refusal
      (progn (funcall function) (error "It was not refused"))
    (jsonrpc-error (format "%S" refusal))))

(defun divisi-line (number)
  "Text of line NUMBER."
  (save-excursion
    (goto-char (point-min))
    (forward-line (1- number))
    (buffer-substring-no-properties (line-beginning-position) (line-end-position))))

(defun divisi-stop ()
  "End the server, orderly."
  (eglot-shutdown (eglot-current-server) nil 10))
