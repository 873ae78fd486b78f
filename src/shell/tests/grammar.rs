use super::check;

#[test]
fn simple_commands_quotes_and_escapes() {
    check(&[
        ("git status", "(run git status)"),
        ("gi\\t push", "(run gi+'t' push)"),
        ("g''it", "(run g+''+it)"),
        ("\"g\"i't'", "(run 'g'+i+'t')"),
        ("\\rm", "(run 'r'+m)"),
        ("echo \\\\ \\  a\\ b", "(run echo '\\' ' ' a+' '+b)"),
        ("$'\\x67it' $'\\147' $'\\u0067' $'\\cA' $'git\\0junk'", "(run 'git' 'g' 'g' '\\x01' 'git')"),
        ("$\"git\"", "(run 'git')"),
        ("gi\\\nt pu\\\nsh", "(run git push)"),
        ("\"g\\\nit\"", "(run 'git')"),
        ("echo \"\\a\\$\\`\\\"\"", "(run echo '\\a$`\"')"),
        ("", "()"),
        ("# only a comment", "()"),
        ("\n\n;", "(unread unexpected-token)"),
        ("echo a#b # c", "(run echo a#b)"),
        ("echo \u{a0}x\u{2028}y", "(run echo \u{a0}x\u{2028}y)"),
        ("echo a\rb\r\nc", "(list (run echo a\\rb\\r) (run c))"),
        ("a \\", "(run a '\\')"),
    ]);
}

#[test]
fn lists_and_pipelines() {
    check(&[
        ("a; b & c && d || e", "(list (run a) (run b) & (run c) && (run d) || (run e))"),
        ("a;", "(run a)"),
        ("a &", "(list (run a) &)"),
        ("a & b &", "(list (run a) & (run b) &)"),
        ("a | b | c", "(pipe (run a) (run b) (run c))"),
        ("a |& b", "(pipe (run a [2>& 1]) (run b))"),
        ("! a", "(pipe ! (run a))"),
        ("! ! a", "(run a)"),
        ("time a | b", "(time (run a) (run b))"),
        ("time -p -- a", "(time (run a))"),
        ("! time a", "(time ! (run a))"),
        ("a &\\\n& b", "(list (run a) && (run b))"),
        ("a |\n b &&\n\n c", "(list (pipe (run a) (run b)) && (run c))"),
        ("i\\\nf a; then b; fi", "(if (run a) (run b))"),
        ("a\nb\n\n# c\nd", "(list (run a) (run b) (run d))"),
    ]);
}

#[test]
fn redirections() {
    check(&[
        ("a <b >c >>d >|e <>f", "(run a [< b] [> c] [>> d] [> e] [<> f])"),
        ("a &>b", "(run a [&> b])"),
        ("a &>>b", "(run a [&>> b])"),
        ("a >&b", "(run a [&> b])"),
        ("a >&2", "(run a [>& 2])"),
        ("a 2>&1", "(run a [2>& 1])"),
        ("a 2>&1-", "(run a [2>& 1-])"),
        ("a <&-", "(run a [<& -])"),
        ("a >& $x", "(run a [>& ${x}])"),
        ("git >out push origin", "(run git push origin [> out])"),
        (">out git push", "(run git push [> out])"),
        ("a 2>e 12<f", "(run a [2> e] [12< f])"),
        ("a {v}>f {w}<&-", "(run a [{v}> f] [{w}<& -])"),
        ("a <<<b", "(run a [<<< b])"),
        ("cat 0<<< x", "(run cat [0<<< x])"),
        ("(a) >f 2>&1", "(subshell (run a) [> f] [2>& 1])"),
        ("{ a; } <f", "(group (run a) [< f])"),
        ("a >~/x", "(run a [> ~+/x])"),
    ]);
}

#[test]
fn assignments() {
    check(&[
        ("a=b", "(run a=b)"),
        ("a=", "(run a=-)"),
        ("a+=b c=d e", "(run a+=b c=d e)"),
        ("a[1]=x", "(run a[1]=x)"),
        ("a[x y]=z", "(run a[x y]=z)"),
        ("a[$(b)]+=c", "(run a[$(run b)]+=c)"),
        ("a=(1 'b c' [3]=d $(e))", "(run a=(array 1 'b c' [3]=d $(run e)))"),
        ("x=~/a:~/b c", "(run x=~+/a:+~+/b c)"),
        ("declare -a a=(x y)", "(run declare -a 'a=('+x+' '+y+')')"),
        ("a=b >f c=d git 2>&1 push", "(run a=b c=d git push [> f] [2>& 1])"),
        ("a[1]b c", "(run a[1]b c)"),
        ("1a=b", "(run 1a=b)"),
        ("if=~/x", "(run if=~+/x)"),
        ("echo a=~/x:~/y", "(run echo a=+~+/x:+~+/y)"),
    ]);
}

#[test]
fn parameters() {
    check(&[
        (
            "echo $x ${x} \"$x\" $1 ${10} $@ \"$*\" $# $? $- $$ $! $0",
            "(run echo ${x} ${x} \"${x} ${1} ${10} ${@} \"${*} ${#} ${?} ${-} ${$} ${!} ${0})",
        ),
        ("echo $1a $xb ${x}b $_", "(run echo ${1}+a ${xb} ${x}+b ${_})"),
        (
            "echo ${x:-a b} ${x:=c} ${x:?d} ${x:+e} ${x-f} ${x=g} ${x?h} ${x+i}",
            "(run echo ${x :- a b} ${x := c} ${x :? d} ${x :+ e} ${x - f} ${x = g} ${x ? h} ${x + i})",
        ),
        (
            "echo ${x#a} ${x##b} ${x%c} ${x%%d} ${x/a/b} ${x//a/b} ${x/#a/b} ${x/%a/b} ${x////c}",
            "(run echo ${x # a} ${x ## b} ${x % c} ${x %% d} ${x / a b} ${x // a b} ${x /# a b} ${x /% a b} ${x // / c})",
        ),
        (
            "echo ${x:1} ${x:1:2} ${x: -1} ${x^} ${x^^} ${x,} ${x,,} ${x@Q}",
            "(run echo ${x : 1} ${x : 1 2} ${x :  -1} ${x ^ -} ${x ^^ -} ${x , -} ${x ,, -} ${x @ Q})",
        ),
        (
            "echo ${#x} ${#} ${#@} ${!x} ${!p*} ${!p@} ${!a[@]} ${a[1]} ${a[@]:1} ${#a[@]}",
            "(run echo ${#x} ${#} ${#@} ${!x} ${!p *} ${!p @ -} ${!a[@]} ${a[1]} ${a[@] : 1} ${#a[@]})",
        ),
        ("echo \"${x:-'$(a)'}\"", "(run echo \"${x :- '''+\"$(run a)+'''})"),
        ("echo \"${x:-\"a}b\"}\" ${x:-'}'}", "(run echo \"${x :- 'a}b'} ${x :- '}'})"),
        (
            "echo ${x:-$(a)} ${x:-`b`} ${x:-<(c)} ${a[$(d)]}",
            "(run echo ${x :- $(run a)} ${x :- $(run b)} ${x :- <(run c)} ${a[$(run d)]})",
        ),
        ("echo ${x!} b", "(run echo unread:parameter-expansion b)"),
        ("echo ${ a; } b", "(run echo unread:parameter-expansion b)"),
        ("echo $ $% \"$\" a$", "(run echo $ $% '$' a$)"),
    ]);
}

#[test]
fn substitutions() {
    check(&[
        ("echo $(a) \"$(b)\" `c` \"`d`\"", "(run echo $(run a) \"$(run b) $(run c) \"$(run d))"),
        ("echo $()", "(run echo $())"),
        ("echo $(a; b | c)", "(run echo $(list (run a) (pipe (run b) (run c))))"),
        ("echo `echo \\`git push\\``", "(run echo $(run echo $(run git push)))"),
        ("echo `a \\\\\\`b\\\\\\``", "(run echo $(run a '`'+b+'`'))"),
        ("\"`echo \\\"x\\\"`\"", "(run \"$(run echo 'x'))"),
        ("$(a # )\n)", "(run $(run a))"),
        ("$(case a in a) b;; esac)", "(run $(case a (arm a => (run b))))"),
        ("diff <(a) >(b)x", "(run diff <(run a) >(run b)+x)"),
        ("echo $(<f)", "(run echo $(run [< f]))"),
        ("`a\n)\nb`", "(run $(list (run a) (unread unexpected-token)))"),
    ]);
}

#[test]
fn arithmetic() {
    check(&[
        (
            "echo $((1+2)) \"$((x))\" $(( $(a) + `b` ))",
            "(run echo $((1+2)) \"$((x)) $(( +\"$(run a)+ + +\"$(run b)+ )))",
        ),
        ("((x++))", "(arithmetic x++)"),
        ("(( a = 1, b <<= 2 ))", "(arithmetic  a = 1, b <<= 2 )"),
        ("echo $[1+2]", "(run echo $(('1+2')))"),
        ("echo $((a[1]))", "(run echo $((a[1])))"),
        ("echo $(())", "(run echo $((-)))"),
        ("echo $(( x ? y : -z ))", "(run echo $(( x ? y : -z )))"),
        ("((git push))", "(unread arithmetic)"),
        ("echo $((git push))", "(run echo unread:arithmetic)"),
        ("( (git push) )", "(subshell (subshell (run git push)))"),
        ("((git push) )", "(subshell (subshell (run git push)))"),
        ("((git push); ls)", "(subshell (list (subshell (run git push)) (run ls)))"),
        ("$((git push) 2>/dev/null)", "(run $(subshell (run git push) [2> /dev/null]))"),
        ("echo $((a); (b))", "(run echo $(list (subshell (run a)) (subshell (run b))))"),
        ("for ((i=0;i<3;i++)); do a; done", "(for-arithmetic i=0 i<3 i++ (run a))"),
        ("for ((;;)) { a; }", "(for-arithmetic - - - (run a))"),
        ("echo $(( (1) ))", "(run echo $(( (1) )))"),
        ("(( (a) ))", "(arithmetic  (a) )"),
        ("(( $(case a in a) b;; esac) ))", "(unread double-parenthesis)"),
    ]);
}

#[test]
fn compound_commands() {
    check(&[
        ("(a; b)", "(subshell (list (run a) (run b)))"),
        ("{ a; }", "(group (run a))"),
        ("{ a; } }", "(unread unexpected-token)"),
        ("{(a)}", "(group (subshell (run a)))"),
        ("if a; then b; elif c; then d; else e; fi", "(if (run a) (run b) (run c) (run d) (run e))"),
        ("if (a) then b; fi", "(if (subshell (run a)) (run b))"),
        ("while a; do b; done", "(while (run a) (run b))"),
        ("until a\ndo b\ndone", "(while (run a) (run b))"),
        ("for x in a b; do c; done", "(for x (in a b) (run c))"),
        ("for x; do a; done", "(for x @ (run a))"),
        ("for x\ndo a; done", "(for x @ (run a))"),
        ("for x in; do a; done", "(for x (in) (run a))"),
        ("for x in 1 2; { a; }", "(for x (in 1 2) (run a))"),
        ("select x in a b; do c; done", "(for x (in a b) (run c))"),
        ("case $x in a|b) c;; (d) e;& *) ;; esac", "(case ${x} (arm a b => (run c)) (arm d => (run e)) (arm * =>))"),
        ("case x in esac", "(case x)"),
        ("case x in a) b\nesac", "(case x (arm a => (run b)))"),
        ("case a in $(b)) c;; esac", "(case a (arm $(run b) => (run c)))"),
        ("case x in @(a|b)) c;; esac", "(case x (arm glob:@(a|b) => (run c)))"),
        ("f() { a; }", "(function f (group (run a)))"),
        ("f () ( a ) >f", "(function f (subshell (run a) [> f]))"),
        ("function f { a; }", "(function f (group (run a)))"),
        ("function f() { a; }", "(function f (group (run a)))"),
        ("function /bin/ls () { a; }", "(function /bin/ls (group (run a)))"),
        ("git-status() { a; }", "(function git-status (group (run a)))"),
        ("f() (( x ))", "(function f (arithmetic  x ))"),
        ("f() [[ a ]]", "(function f (condition a))"),
        ("coproc a b", "(coproc (run a b))"),
        ("coproc N { a; }", "(coproc N (group (run a)))"),
        ("coproc { a; }", "(coproc (group (run a)))"),
        ("coproc N a", "(coproc (run N a))"),
        ("echo if then { } [[ fi", "(run echo if then { } [[ fi)"),
        ("echo hi#", "(run echo hi#)"),
        ("f() a", "(unread unexpected-token)"),
        ("for 1 in a; do b; done", "(unread unexpected-token)"),
    ]);
}

#[test]
fn conditions() {
    check(&[
        ("[[ -f x && ! $a == b* ]]", "(condition -f x ${a} b*)"),
        ("[[ a =~ ^(b|c d)$ ]]", "(condition a ^(b|c d)$)"),
        ("[[ ( a < b ) || c > d ]]", "(condition a b c d)"),
        ("[[ $x -eq 0 ]]", "(condition-arithmetic ${x} 0)"),
        ("[[ -v a[0] ]]", "(condition-arithmetic -v a[0])"),
        ("[[ $(a) ]]", "(condition $(run a))"),
        ("[[ a == @(b|c) ]]", "(condition a glob:@(b|c))"),
        ("[[ '!' ]]", "(condition '!')"),
        ("[[ a ; b ]]", "(unread unexpected-token)"),
        ("[[ a\n&& b ]]", "(condition a b)"),
        ("[[ a =~ \"b c\"$ ]] && d", "(list (condition a 'b c'+$) && (run d))"),
    ]);
}

#[test]
fn braces_tildes_globs() {
    check(&[
        (
            "echo {a,b} {a,{b,c}} a{b,c}d {x} {} {a,b {1..3} {a..c..2} '{a,b}' {\"a,b\",c} {x}a,}",
            "(run echo {a,b} {a,{b,c}} a+{b,c}+d {x} {} {a,b {..1..3} {..a..c..2} '{a,b}' {'a,b',c} {x}a,})",
        ),
        ("echo ~ ~/x ~u/y '~' \\~ ~\"x\" a~ ~$x", "(run echo ~ ~+/x ~u+/y '~' '~' ~+'x' a~ ~+${x})"),
        (
            "echo * .en? [a-z] @(a|b) !(c) +($(d)|'e')",
            "(run echo * .en? [a-z] glob:@(a|b) glob:!(c) glob:+(+$(run d)+glob:|+'e'+glob:))",
        ),
        ("cat .en{v..v}", "(run cat .en+{..v..v})"),
        ("echo {$x,$(a)}", "(run echo {${x},$(run a)})"),
    ]);
}

#[test]
fn here_documents() {
    check(&[
        ("cat <<E\na $x\nE\nb", "(list (run cat [<< 'a '+\"${x}+'\\n']) (run b))"),
        ("cat <<'E'\n$(a)\nE", "(run cat [<< '$(a)\\n'])"),
        ("cat <<\\E\n$(a)\nE", "(run cat [<< '$(a)\\n'])"),
        (
            "cat <<E\n$(a) `b` ${x:-$(c)} \\$(d) \"e\"\nE",
            "(run cat [<< \"$(run a)+' '+\"$(run b)+' '+\"${x :- \"$(run c)}+' $(d) \\\"e\\\"\\n'])",
        ),
        ("cat <<-E\n\ta\n\tE\nb", "(list (run cat [<< 'a\\n']) (run b))"),
        ("cat <<E <<F\na\nE\nb\nF\nc", "(list (run cat [<< 'a\\n'] [<< 'b\\n']) (run c))"),
        ("cat <<E | b\na\nE", "(pipe (run cat [<< 'a\\n']) (run b))"),
        ("cat <<E\na", "(run cat [<< 'a'])"),
        ("cat <<E\na\\\nE\nE\nb", "(list (run cat [<< 'aE\\n']) (run b))"),
        ("0<<EOF cat\nx\nEOF", "(run cat [0<< 'x\\n'])"),
        ("cat 0<<EOF\nx\nEOF", "(run cat [0<< 'x\\n'])"),
        ("$(cat <<E\na)\nE\n)", "(run $(run cat [<< 'a)\\n']))"),
        ("$(git push; cat <<'E'\n(\nE\n)", "(run $(list (run git push) (run cat [<< '(\\n'])))"),
        ("cat <<E\n`git push`\nE", "(run cat [<< \"$(run git push)+'\\n'])"),
        ("echo $(cat <<E\na\nE)", "(unread here-document)"),
        ("cat <<E $(a\n)\nb\nE", "(unread here-document)"),
        ("(cat <<E\na\nE\n)", "(subshell (run cat [<< 'a\\n']))"),
        ("cat <<\"a b\"\nx\na b\nc", "(list (run cat [<< 'x\\n']) (run c))"),
        ("cat <<E\n$(\nE\nb", "(list (run cat [<< unread:unexpected-token]) (run b))"),
        ("if a <<E; then\nx\nE\nb; fi", "(if (run a [<< 'x\\n']) (run b))"),
    ]);
}

#[test]
fn errors_keep_the_lines_before() {
    check(&[
        ("a\nb; )\nc", "(list (run a) (unread unexpected-token))"),
        ("a\necho 'x", "(list (run a) (unread unterminated-quote))"),
        ("a; )", "(unread unexpected-token)"),
        ("a\n$(b", "(list (run a) (unread unexpected-token))"),
        ("a | | b", "(unread unexpected-token)"),
        ("&& a", "(unread unexpected-token)"),
        ("a\nif b; then", "(list (run a) (unread unexpected-token))"),
        ("done", "(unread unexpected-token)"),
        ("a\n<", "(list (run a) (unread unexpected-token))"),
        ("x=(a", "(unread unterminated-quote)"),
        ("echo `a", "(unread unterminated-quote)"),
        ("[[ a", "(unread unterminated-quote)"),
        ("a\n))", "(list (run a) (unread unexpected-token))"),
        ("esac", "(unread unexpected-token)"),
        ("; a", "(unread unexpected-token)"),
        ("a &&", "(unread unexpected-token)"),
    ]);
}
