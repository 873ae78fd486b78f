//! An ordinary session under the posture `controlled`: a small project is written, looked at, built, tested and committed, and nothing
//! of it is stopped. Nobody can be asked here, so a question would be a denial.

use std::process::Command;

use crate::calls::{Call, patch, shell};
use crate::hooks::{Event, Hook};
use crate::prexec;
use crate::session::{Registration, Session};

const SOURCES: &str = "*** Begin Patch
*** Add File: src/calc.py
+def add(a, b):
+    return a + b
*** Add File: src/main.py
+from calc import add
+print(add(20, 22))
*** Add File: tests/test_calc.py
+import sys, unittest
+sys.path.insert(0, 'src')
+from calc import add
+class Calc(unittest.TestCase):
+    def test_add(self):
+        self.assertEqual(add(1, 2), 3)
*** Add File: src/x.c
+#include <stdio.h>
+int main(void) { puts(\"from c\"); return 0; }
*** Add File: Makefile
+all: build/x
+build/x: src/x.c
+\tmkdir -p build && cc -o $@ $<
+test: all
+\t./build/x
*** Add File: scripts/check.sh
+echo checked
*** End Patch
";

const CHANGE: &str = "*** Begin Patch
*** Update File: src/calc.py
@@
 def add(a, b):
-    return a + b
+    return b + a
*** End Patch
";

/// Calls, and what the model is told when they happened.
fn work() -> Vec<(Call, &'static str)> {
    let commands = [
        ("ls -la", "total"),
        ("cat src/calc.py && sed -n 1,5p Makefile", "return a + b"),
        ("grep -rn 'def ' . | head -20", "calc.py:1"),
        ("find . -name '*.py' -not -path './.git/*' | sort", "test_calc.py"),
        ("python3 src/main.py", "42"),
        ("python3 -m unittest discover -s tests 2>&1 | tail -3", "OK"),
        ("make test 2>&1 | tee build.log | tail -5", "from c"),
        ("DEBUG=1 make -j2 all && ./build/x", "from c"),
        ("bash scripts/check.sh > out.txt 2>&1; cat out.txt", "checked"),
        ("wc -l src/*.py && rm build.log out.txt", "total"),
        ("git config user.name bot && git config user.email bot@x.test && git config user.name", "bot"),
        ("git add -A && git commit -qm 'First' && git log --oneline | cat", "First"),
        ("git checkout -q -b topic && git status -sb", "topic"),
    ];
    let mut work = vec![(patch("everyday-patch", SOURCES), "src/calc.py")];
    let calls =
        commands.iter().enumerate().map(|(n, (command, told))| (shell(&format!("everyday-{n}"), command), *told));
    work.extend(calls);
    work.push((patch("everyday-change", CHANGE), "src/calc.py"));
    work.push((shell("everyday-diff", "git diff --stat && git diff | grep '^+ ' && git commit -qam Second"), "b + a"));
    work
}

#[test]
fn a_small_project_is_built_and_tested_without_a_question() {
    let session = Session::new();
    let made = Command::new("git").args(["init", "-q"]).current_dir(session.work()).status();
    assert!(made.is_ok_and(|status| status.success()), "a repository in the workspace");
    let policy = session.write("controlled.rules", "include(\"@prexec/controlled.rules\")\n");
    let command = format!("'{}' hook --policy '{}' --audit off", prexec::executable(), policy.display());
    let hook = Hook { event: Event::PreToolUse, ..Hook::new(command) };
    let work = work();
    let turns = work.iter().map(|(call, _)| vec![call.clone()]).collect();
    let outcome = session.exec(Registration::User, &[hook], turns);
    let complaints: Vec<String> = work
        .iter()
        .filter_map(|(call, expected)| {
            let told = outcome.told.get(&call.id).map_or("", String::as_str);
            let right = told.contains(expected) && !told.contains("blocked by PreToolUse hook");
            (!right).then(|| format!("{}: the model was told {told:?}", call.id))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}
