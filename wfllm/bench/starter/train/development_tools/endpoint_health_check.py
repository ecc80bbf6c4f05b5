"""Ping my three services (api.example.com/health, www.example.com and status.example.com). Collect the ones that don't answer and read the list out loud, or just say everything is up."""
hosts = ["api.example.com/health", "www.example.com", "status.example.com"]
for Repeat_Index, Repeat_Item in enumerate(hosts, start=1):
    reachable = com_sindresorhus_Actions_IsReachableIntent(host=Repeat_Item, timeout=5)
    if reachable == 0:
        Down.append(Repeat_Item)
down_count = is_workflow_actions_count(Input=Down)
if down_count > 0:
    down_text = is_workflow_actions_text_combine(text=Down, WFTextSeparator="Custom", WFTextCustomSeparator=", ")
    is_workflow_actions_speaktext(WFText=f"{down_count} services are down: {down_text}")
else:
    is_workflow_actions_speaktext(WFText="Everything is up.")
