echo a
cat .env
