from nesthaus.cli import main

main()
