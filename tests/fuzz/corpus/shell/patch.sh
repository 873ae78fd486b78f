apply_patch <<'EOF'
*** Begin Patch
*** Update File: .env
@@
-a
+b
*** End Patch
EOF
