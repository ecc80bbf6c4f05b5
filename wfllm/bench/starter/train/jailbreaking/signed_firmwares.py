"""Which iOS versions does Apple still sign for my device? Use the model identifier I type (default iPhone10,6), the list of firmwares at api.ipsw.me/v4/device/<identifier>?type=ipsw, keep those whose "signed" is true and show version and build for each."""
identifier = ask("Device identifier", default="iPhone10,6")
device = is_workflow_actions_downloadurl(WFURL=f"https://api.ipsw.me/v4/device/{identifier}?type=ipsw")
firmwares = device["firmwares"]
for Repeat_Index, Repeat_Item in enumerate(firmwares, start=1):
    signed = Repeat_Item["signed"]
    if signed == 1:
        Signed.append(f"{Repeat_Item['version']} ({Repeat_Item['buildid']})")
if Signed:
    lines = is_workflow_actions_text_combine(text=Signed)
    is_workflow_actions_showresult(Text=f"Signed for {identifier}:\n{lines}")
else:
    is_workflow_actions_showresult(Text="Nothing is signed.")
