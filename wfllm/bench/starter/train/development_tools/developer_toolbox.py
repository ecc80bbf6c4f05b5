"""Build me a little developer toolbox with a menu. Encoding should lead to a second menu for Base64 or percent encoding, each way, applied to my clipboard. Generate should give me a UUID, a random password of a length I choose, or the current Unix time. Case should rewrite the clipboard as camelCase, snake_case or a slug. Network should show my local and public IP. Whatever comes out goes back on the clipboard and on screen."""
text = is_workflow_actions_getclipboard()
match menu("Toolbox", ["Encoding", "Generate", "Case", "Network"]):
    case "Encoding":
        match menu("Which encoding?", ["Base64 encode", "Base64 decode", "Percent encode", "Percent decode"]):
            case "Base64 encode":
                Output = is_workflow_actions_base64encode(WFInput=text, WFBase64LineBreakMode="None")
            case "Base64 decode":
                Output = is_workflow_actions_base64encode(WFInput=text, WFEncodeMode="Decode")
            case "Percent encode":
                Output = is_workflow_actions_urlencode(WFInput=text)
            case "Percent decode":
                Output = is_workflow_actions_urlencode(WFInput=text, WFEncodeMode="Decode")
    case "Generate":
        match menu("Generate what?", ["UUID", "Password", "Unix time"]):
            case "UUID":
                Output = com_sindresorhus_Actions_GenerateUUIDIntent()
            case "Password":
                length = ask("How long?", type="Number", default=16)
                Output = com_sindresorhus_Actions_RandomTextIntent(length=length)
            case "Unix time":
                Output = com_sindresorhus_Actions_DateToUnixTimeIntent(date=current_date())
    case "Case":
        match menu("Which case?", ["camelCase", "snake_case", "slug"]):
            case "camelCase":
                Output = com_sindresorhus_Actions_TransformTextIntent(text=text, transformation="camelCase")
            case "snake_case":
                Output = com_sindresorhus_Actions_TransformTextIntent(text=text, transformation="snakeCase")
            case "slug":
                Output = com_sindresorhus_Actions_TransformTextIntent(text=text, transformation="slugify")
    case "Network":
        local_address = is_workflow_actions_getipaddress(WFIPAddressSourceOption="Local")
        public_address = is_workflow_actions_getipaddress()
        Output = f"Local {local_address}\nPublic {public_address}"
is_workflow_actions_setclipboard(WFInput=Output)
is_workflow_actions_showresult(Text=Output)
