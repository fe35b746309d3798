/** All scenarios, in one VS Code; one file for each part of the extension. */
import "./package";
import "./activation";
import "./editing";
import "./graph";
import "./runs";
import "./files";
import "./explorer";
import "./accessibility";
import "./trust";
