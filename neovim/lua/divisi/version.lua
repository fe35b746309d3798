--- The version of the program that this plugin was made with; a test holds the two together.
return "0.1.0"
