const maxFiles = 200;

/** Takes files and folders that are dropped anywhere on the page. `onHover` tells whether some hover over it. */
export function acceptDrops(
  target: Document,
  onHover: (over: boolean) => void,
  onFiles: (files: File[]) => void,
): void {
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  target.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    onHover(true);
  });
  target.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) onHover(false);
  });
  target.addEventListener('drop', async (event) => {
    if (!event.dataTransfer || !carriesFiles(event)) return;
    event.preventDefault();
    onHover(false);
    onFiles(await filesOf(event.dataTransfer));
  });
}

/** The files of a drop, those of its folders included. What is dropped must be read before the event ends. */
function filesOf(data: DataTransfer): Promise<File[]> {
  const plain = [...data.files];
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
  if (!entries.some((entry) => entry.isDirectory)) return Promise.resolve(plain);
  return Promise.all(entries.map(readEntry)).then((lists) => lists.flat().slice(0, maxFiles));
}

async function readEntry(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const children = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
  const files = children.filter((child) => child.isFile);
  return (await Promise.all(files.map(readEntry))).flat();
}
