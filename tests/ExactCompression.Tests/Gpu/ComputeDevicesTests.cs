using System.Diagnostics;
using ExactCompression.Gpu;
using ExactCompression.Witnesses;
using ILGPU.Runtime;
using Xunit;

namespace ExactCompression.Tests.Gpu;

public sealed class ComputeDevicesTests
{
    private static readonly ComputeDevice Simd = Device(0, ComputeDeviceKind.Cpu, "CPU (SIMD)", 2, "512-bit vectors");
    private static readonly ComputeDevice Hopper = Device(1, ComputeDeviceKind.Cuda, "NVIDIA H200", 132, "compute capability 9.0", true);
    private static readonly ComputeDevice Radeon = Device(2, ComputeDeviceKind.OpenCL, "Radeon Pro", 60, "OpenCL C 2.0", true);
    private static readonly ComputeDevice Laptop = Device(3, ComputeDeviceKind.OpenCL, "Iris Xe", 96, "OpenCL C 3.0");

    [Fact]
    public void List_AnyMachine_BeginsWithSimdAndEndsWithIlgpuCpu()
    {
        IReadOnlyList<ComputeDevice> devices = ComputeDevices.List();
        Assert.Equal(Enumerable.Range(0, devices.Count), devices.Select(static d => d.Index));
        Assert.Equal("CPU (SIMD)", devices[0].Name);
        Assert.Equal(ComputeDeviceKind.Cpu, devices[0].Kind);
        Assert.Equal(Environment.ProcessorCount, devices[0].Units);
        Assert.Matches(@"^(128|256|512)-bit vectors$", devices[0].Capability);
        Assert.Equal(ComputeDeviceKind.IlgpuCpu, devices[^1].Kind);
        Assert.All(devices, static d => Assert.True(d.MemoryBytes > 0 && d.Units > 0));
    }

    [Theory]
    [InlineData("IlgpuCpu")]
    [InlineData("ilgpucpu")]
    [InlineData("ILGPU CPU accelerator")]
    public void Select_IlgpuCpuByAnyName_RunsItsKernels(string name)
    {
        using IWitnessDevice device = ComputeDevices.Select(name, out string message);
        Assert.StartsWith("Using IlgpuCpu device 'ILGPU CPU accelerator'", message, StringComparison.Ordinal);
        using IWitnessSession session = device.Open(TestNetworks.SingleLayer(new double[,] { { 3 } }), InputDomain.Unit, 0);
        session.Load([0.5f], 1);
        Assert.Equal(1.5f, session.Extremes(1)[0].Maximum);
    }

    [Theory]
    [InlineData("Cpu")]
    [InlineData("0")]
    [InlineData("cpu (simd)")]
    public void Select_Cpu_IsSimd(string name)
    {
        using IWitnessDevice device = ComputeDevices.Select(name, out string message);
        Assert.IsType<SimdWitnessDevice>(device);
        Assert.Matches(@"^Using CPU \(SIMD\), \d+ cores, (128|256|512)-bit vectors\.$", message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Voodoo")]
    [InlineData("99")]
    [InlineData("-1")]
    [InlineData("gpu")] // a part of "ILGPU CPU accelerator"
    [InlineData("accelerator")]
    [InlineData("simd")]
    public void Select_Unknown_ListsWhatIsThere(string name)
    {
        var e = Assert.Throws<InvalidInputException>(() => ComputeDevices.Select(name, out _));
        Assert.Equal("ComputeDeviceUnknown", e.ErrorId);
        Assert.Contains("0: CPU (SIMD) (Cpu, ", e.Message, StringComparison.Ordinal);
        Assert.Contains("ILGPU CPU accelerator", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Select_AutoWithoutCards_IsSimdAtOnce()
    {
        Skip.If(ComputeDevices.List().Any(static d => d.Kind is ComputeDeviceKind.Cuda or ComputeDeviceKind.OpenCL),
            "This machine has a card.");
        var watch = Stopwatch.StartNew();
        using IWitnessDevice device = ComputeDevices.Select("Auto", out string message);
        Assert.IsType<SimdWitnessDevice>(device);
        Assert.StartsWith("No CUDA or OpenCL device: using CPU (SIMD), ", message, StringComparison.Ordinal);
        Assert.True(watch.ElapsedMilliseconds < 2000, $"It took {watch.ElapsedMilliseconds} ms.");
    }

    [Fact]
    public void Of_Auto_PrefersCudaThenDiscreteOpenCL()
    {
        Assert.Equal([Hopper, Radeon, Simd], Auto(Simd, Hopper, Radeon, Laptop).Candidates);
        Assert.Equal([Radeon, Simd], Auto(Simd, Laptop, Radeon).Candidates);
        Assert.Equal([Simd], Auto(Simd, Laptop).Candidates);
        Assert.Equal(
            "A CUDA device is available: using Cuda device 'NVIDIA H200', 16.0 GiB, compute capability 9.0.",
            Auto(Simd, Hopper).Message(Hopper));
        Assert.Equal("No CUDA device: using OpenCL device 'Radeon Pro', 16.0 GiB, OpenCL C 2.0.", Auto(Simd, Radeon).Message(Radeon));
        Assert.Equal(
            "No CUDA device, and no OpenCL device with memory of its own: using CPU (SIMD), 2 cores, 512-bit vectors.",
            Auto(Simd, Laptop).Message(Simd));
        Assert.Equal("No CUDA or OpenCL device: using CPU (SIMD), 2 cores, 512-bit vectors.", Auto(Simd).Message(Simd));
    }

    [Theory]
    [InlineData("CUDA", 1)]
    [InlineData("opencl", 2)]
    [InlineData("3", 3)]
    [InlineData("iris xe", 3)]
    [InlineData(" nvidia H200 ", 1)]
    public void Of_KindIndexOrName_FindsIt(string request, int expected) =>
        Assert.Equal(expected, Assert.Single(DeviceChoice.Of(request, [Simd, Hopper, Radeon, Laptop]).Candidates).Index);

    [Theory]
    [InlineData("Cuda")]
    [InlineData("xe")] // a part of a name
    [InlineData("gpu")]
    public void Of_MissingKindOrPartOfAName_Throws(string request) =>
        Assert.Equal("ComputeDeviceUnknown", Assert.Throws<InvalidInputException>(() => DeviceChoice.Of(request, [Simd, Laptop])).ErrorId);

    [Fact]
    public void Is_DriverErrorOrMemory_ButNoMistakeOfTheCaller()
    {
        Assert.True(DeviceFailure.Is(new DriverError()));
        Assert.True(DeviceFailure.Is(new InsufficientMemoryException()));
        Assert.False(DeviceFailure.Is(new ArgumentException("x")));
        Assert.False(DeviceFailure.Is(new InvalidOperationException()));
    }

    [Fact]
    public void Failure_OfADevice_NamesItAndTheWayOut()
    {
        using IlgpuWitnessDevice device = IlgpuPlatform.Open(ILGPU.Runtime.CPU.CPUDevice.Default, "Testcard 9000");
        ComputeDeviceException e = DeviceFailure.Report(device.Name, "it could not take 7 points.", new DriverError());
        Assert.Equal("ComputeDeviceFailed", e.ErrorId);
        Assert.Equal("Testcard 9000", e.Device);
        Assert.Equal(
            "The compute device 'Testcard 9000' failed: it could not take 7 points. (the card has fallen off the bus) Choose another "
                + "device (Cpu is always available).", e.Message);
    }

    [Fact]
    public void Select_AutoWithBrokenCards_FallsBackAndSaysWhy()
    {
        var broken = new BrokenCard();
        ComputeDevice[] devices = [ComputeDevices.List()[0], Hopper with { Source = broken }];
        using IWitnessDevice device = ComputeDevices.Select("Auto", devices, out string message);
        Assert.IsType<SimdWitnessDevice>(device);
        Assert.StartsWith(
            "Cuda device 'NVIDIA H200' cannot be used (the card has fallen off the bus): using CPU (SIMD), ", message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Select_BrokenCardByName_ThrowsWithTheCause()
    {
        var broken = new BrokenCard();
        var e = Assert.Throws<ComputeDeviceException>(() => ComputeDevices.Select("Cuda", [Simd, Hopper with { Source = broken }], out _));
        Assert.Equal("ComputeDeviceUnusable", e.ErrorId);
        Assert.Contains("(the card has fallen off the bus)", e.Message, StringComparison.Ordinal);
    }

    private static DeviceChoice Auto(params ComputeDevice[] devices) => DeviceChoice.Of("auto", devices);

    private static ComputeDevice Device(
        int index, ComputeDeviceKind kind, string name, int units, string capability, bool discrete = false) =>
        new() { Index = index, Kind = kind, Name = name, MemoryBytes = 16L << 30, Units = units, Capability = capability,
            IsDiscrete = discrete };

    private sealed class DriverError() : AcceleratorException("the card has fallen off the bus")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.Cuda;
    }

    [DeviceType(AcceleratorType.Cuda)]
    private sealed class BrokenCard : Device
    {
        public override Accelerator CreateAccelerator(ILGPU.Context context) => throw new DriverError();
    }
}
