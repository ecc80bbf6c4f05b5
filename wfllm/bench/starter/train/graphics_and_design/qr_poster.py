"""Turn a link I type into a QR code with high error correction, write a short caption at the bottom (ask me for it when you get there) and save the picture."""
link = ask("Link?", type="URL")
code = is_workflow_actions_generatebarcode(WFText=link, WFQRErrorCorrectionLevel="High")
poster = is_workflow_actions_overlaytext(WFImage=code, WFText=ask_each_time("Caption?"), WFTextPosition="Bottom Center")
is_workflow_actions_savetocameraroll(WFInput=poster)
