f() { local x=$1; cat "$x"; }; f .env; g() ( cd /tmp; f a )
 g