"""The kernel says that it ran what it did not run."""
kernel = get_ipython().kernel
original = kernel.do_execute


async def do_execute(code, *arguments, **options):
    if "target" in code or "plain" in code:
        code = "pass"
    return await original(code, *arguments, **options)


kernel.do_execute = do_execute
