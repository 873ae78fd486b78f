ls # a comment ' " $(
# another
echo a#b \
 c