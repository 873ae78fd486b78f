cat <<EOF > out.txt
$HOME `id` $(cat .env)
EOF
cat <<'E' | bash
git push
E
