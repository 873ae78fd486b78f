if true; then
	cat <<-E
	text
	E
fi
